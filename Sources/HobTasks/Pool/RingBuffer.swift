/// A queue that grows and never shrinks: O(1) at both ends, no allocation once it is large enough.
struct RingBuffer<Element> {
    private var slots: [Element?] = []
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ element: Element) {
        if count == slots.count { grow() }
        slots[(head + count) & (slots.count - 1)] = element
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        defer {
            slots[head] = nil
            head = (head + 1) & (slots.count - 1)
            count -= 1
        }
        return slots[head]
    }

    /// Takes out the first one that the condition holds for; O(n).
    mutating func removeFirst(where condition: (Element) -> Bool) -> Element? {
        var kept: [Element] = []
        var found: Element?
        while let element = popFirst() {
            if found == nil, condition(element) { found = element } else { kept.append(element) }
        }
        for element in kept { append(element) }
        return found
    }

    private mutating func grow() {
        var larger = [Element?](repeating: nil, count: max(8, slots.count * 2))
        for index in 0..<count { larger[index] = slots[(head + index) & (slots.count - 1)] }
        slots = larger
        head = 0
    }
}

extension RingBuffer: Sendable where Element: Sendable {}
