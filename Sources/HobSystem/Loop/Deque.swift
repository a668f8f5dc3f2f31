/// A first-in-first-out queue whose both ends cost constant time.
package struct Deque<Element> {
    private var incoming: [Element] = []
    private var outgoing: [Element] = []

    /// Makes an empty queue.
    package init() {}

    /// Whether nothing is in it.
    package var isEmpty: Bool { incoming.isEmpty && outgoing.isEmpty }
    /// How many elements are in it.
    package var count: Int { incoming.count + outgoing.count }

    /// Puts one at the end.
    package mutating func append(_ element: Element) {
        incoming.append(element)
    }

    /// Takes the first one.
    package mutating func popFirst() -> Element? {
        if outgoing.isEmpty {
            swap(&incoming, &outgoing)
            outgoing.reverse()
        }
        let first = outgoing.popLast()
        // What a burst needed is not kept.
        if outgoing.isEmpty { outgoing = [] }
        return first
    }

    /// Takes all of them.
    package mutating func removeAll() -> [Element] {
        defer { self = Deque() }
        return outgoing.reversed() + incoming
    }
}
