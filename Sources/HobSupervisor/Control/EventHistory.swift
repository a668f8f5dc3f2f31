import HobProtocol

/// The last events, numbered without gaps, so that a client can go on where it stopped.
struct EventHistory {
    private var ring: [EventRecord] = []
    private var start = 0
    private let capacity: Int
    /// The number of the newest event; 0 before the first.
    private(set) var last: UInt64 = 0

    /// A history that goes on from where an earlier life has been.
    init(after last: UInt64 = 0, capacity: Int = 1_024) {
        self.last = last
        self.capacity = capacity
    }

    /// Numbers an event and keeps it.
    mutating func append(_ make: (UInt64) -> EventRecord) -> EventRecord {
        last += 1
        let event = make(last)
        if ring.count < capacity {
            ring.append(event)
        } else {
            ring[start] = event
            start = (start + 1) % capacity
        }
        return event
    }

    /// The events after a number, oldest first, and how many of them are no longer known.
    func events(after cursor: UInt64) -> (missed: UInt64, events: [EventRecord]) {
        let oldest = last - UInt64(ring.count) + 1
        // A cursor of another life, or of the future, starts from the oldest we know.
        let first = cursor >= last ? last + 1 : max(cursor + 1, oldest)
        let missed = cursor + 1 < first && cursor < last ? first - cursor - 1 : 0
        guard first <= last else { return (0, []) }
        return (missed, (first...last).map { ring[(start + Int($0 - oldest)) % ring.count] })
    }
}
