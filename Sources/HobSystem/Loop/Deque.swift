/// A first-in-first-out queue whose both ends cost constant time.
struct Deque<Element> {
    private var incoming: [Element] = []
    private var outgoing: [Element] = []

    var isEmpty: Bool { incoming.isEmpty && outgoing.isEmpty }
    var count: Int { incoming.count + outgoing.count }

    mutating func append(_ element: Element) {
        incoming.append(element)
    }

    mutating func popFirst() -> Element? {
        if outgoing.isEmpty {
            swap(&incoming, &outgoing)
            outgoing.reverse()
        }
        let first = outgoing.popLast()
        // What a burst needed is not kept.
        if outgoing.isEmpty { outgoing = [] }
        return first
    }

    mutating func removeAll() -> [Element] {
        defer { self = Deque() }
        return outgoing.reversed() + incoming
    }
}
