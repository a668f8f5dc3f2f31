/// A queue in an array whose taken places are used again, so that steady traffic allocates nothing.
package struct RingQueue<Element: Sendable>: Sendable {
    private var slots: [Element?] = []
    private var head = 0
    /// How many are in it.
    package private(set) var count = 0

    /// An empty queue.
    package init() {}

    /// Whether nothing is in it.
    package var isEmpty: Bool { count == 0 }

    private func place(_ index: Int) -> Int {
        let place = head + index
        return place < slots.count ? place : place - slots.count
    }

    /// The element that was appended as the index-th of those that are left.
    package subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < count, "no element \(index) of \(count)")
            guard let element = slots[place(index)] else { preconditionFailure("a used place is empty") }
            return element
        }
        set {
            precondition(index >= 0 && index < count, "no element \(index) of \(count)")
            slots[place(index)] = newValue
        }
    }

    /// Puts one behind the others.
    package mutating func append(_ element: Element) {
        if count == slots.count { grow() }
        count += 1
        slots[place(count - 1)] = element
    }

    /// Takes the first one out.
    package mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = slots[head]
        slots[head] = nil
        head = head + 1 == slots.count ? 0 : head + 1
        count -= 1
        return element
    }

    /// Empties it.
    package mutating func removeAll() {
        slots.removeAll()
        head = 0
        count = 0
    }

    private mutating func grow() {
        var larger: [Element?] = []
        larger.reserveCapacity(max(16, slots.count * 2))
        for index in 0..<count { larger.append(slots[place(index)]) }
        while larger.count < max(16, slots.count * 2) { larger.append(nil) }
        slots = larger
        head = 0
    }
}
