/// Timers in the order of their deadlines: a binary heap whose entries know their place.
struct TimerHeap {
    private struct Slot {
        var deadline = MonotonicTime(nanoseconds: 0)
        // Equal deadlines fire in the order they were set.
        var sequence: UInt64 = 0
        // -1: free
        var place: Int32 = -1
        var generation: UInt32 = 0
        var handler: (() -> Void)?
    }

    private var slots: [Slot] = []
    private var free: [Int32] = []
    private var heap: [Int32] = []
    private var sequence: UInt64 = 0

    var count: Int { heap.count }
    var next: MonotonicTime? { heap.first.map { slots[Int($0)].deadline } }

    mutating func insert(at deadline: MonotonicTime, _ handler: @escaping () -> Void) -> TimerToken {
        let index: Int32
        if let reused = free.popLast() {
            index = reused
        } else {
            index = Int32(slots.count)
            slots.append(Slot())
        }
        sequence += 1
        slots[Int(index)].deadline = deadline
        slots[Int(index)].sequence = sequence
        slots[Int(index)].handler = handler
        slots[Int(index)].place = Int32(heap.count)
        heap.append(index)
        siftUp(heap.count - 1)
        return TimerToken(index: index, generation: slots[Int(index)].generation)
    }

    /// False when the timer has fired or been cancelled before.
    mutating func cancel(_ token: TimerToken) -> Bool {
        guard let place = place(of: token) else { return false }
        _ = remove(at: place)
        return true
    }

    mutating func reschedule(_ token: TimerToken, at deadline: MonotonicTime) -> Bool {
        guard let place = place(of: token) else { return false }
        sequence += 1
        slots[Int(token.index)].deadline = deadline
        slots[Int(token.index)].sequence = sequence
        siftUp(place)
        siftDown(Int(slots[Int(token.index)].place))
        return true
    }

    func deadline(of token: TimerToken) -> MonotonicTime? {
        place(of: token).map { slots[Int(heap[$0])].deadline }
    }

    /// Removes the first timer that is due and answers its handler.
    mutating func popDue(at now: MonotonicTime) -> (() -> Void)? {
        guard let first = heap.first, slots[Int(first)].deadline <= now else { return nil }
        return remove(at: 0)
    }

    private func place(of token: TimerToken) -> Int? {
        guard slots.indices.contains(Int(token.index)) else { return nil }
        let slot = slots[Int(token.index)]
        return slot.generation == token.generation && slot.place >= 0 ? Int(slot.place) : nil
    }

    private mutating func remove(at place: Int) -> (() -> Void)? {
        let index = heap[place]
        let last = heap.removeLast()
        if place < heap.count {
            heap[place] = last
            slots[Int(last)].place = Int32(place)
            siftUp(place)
            siftDown(Int(slots[Int(last)].place))
        }
        defer {
            slots[Int(index)].handler = nil
            slots[Int(index)].place = -1
            slots[Int(index)].generation &+= 1
            free.append(index)
        }
        return slots[Int(index)].handler
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        let first = slots[Int(heap[left])]
        let second = slots[Int(heap[right])]
        if first.deadline != second.deadline { return first.deadline < second.deadline }
        return first.sequence < second.sequence
    }

    private mutating func exchange(_ left: Int, _ right: Int) {
        heap.swapAt(left, right)
        slots[Int(heap[left])].place = Int32(left)
        slots[Int(heap[right])].place = Int32(right)
    }

    private mutating func siftUp(_ start: Int) {
        var place = start
        while place > 0, case let parent = (place - 1) / 2, isBefore(place, parent) {
            exchange(place, parent)
            place = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var place = start
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count && isBefore(child, least) {
                least = child
            }
            guard least != place else { return }
            exchange(place, least)
            place = least
        }
    }
}
