package import HobPolicy

/// What is still to come in virtual time: the earliest first, and of two at the same instant the one added first.
package struct TimedQueue<Element: Sendable>: Sendable {
    private struct Entry {
        var at: MonotonicInstant
        var number: UInt64
        var element: Element

        func isBefore(_ other: Entry) -> Bool {
            at == other.at ? number < other.number : at < other.at
        }
    }

    private var heap: [Entry] = []
    private var nextNumber: UInt64 = 0

    /// Makes an empty queue.
    package init() {}

    /// How many are still to come.
    package var count: Int { heap.count }

    /// When the next one comes.
    package var nextInstant: MonotonicInstant? { heap.first?.at }

    /// Adds one.
    package mutating func add(_ element: Element, at instant: MonotonicInstant) {
        heap.append(Entry(at: instant, number: nextNumber, element: element))
        nextNumber += 1
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the next one out.
    package mutating func popFirst() -> (at: MonotonicInstant, element: Element)? {
        guard let last = heap.popLast() else { return nil }
        guard let first = heap.first else { return (last.at, last.element) }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].isBefore(heap[least]) { least = child }
            }
            if least == parent { break }
            heap.swapAt(parent, least)
            parent = least
        }
        return (first.at, first.element)
    }
}
