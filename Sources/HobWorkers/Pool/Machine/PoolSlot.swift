/// A place for a worker, numbered from 1.
struct PoolSlot: Hashable, Sendable {
    /// What a slot is in, as its current worker is.
    enum State: Hashable, Sendable {
        case empty, waiting, starting, ready, stopping, killed
    }

    /// Whether there shall be a worker.
    var isWanted = false
    /// Its worker.
    var current: Int?
    /// The one that takes over when it is ready.
    var successor: Int?
    /// How many of its workers have died at once, in a row.
    var failures = 0
    /// Whether it waits for its next attempt.
    var isWaiting = false
    /// Why its worker is to be replaced as soon as the next attempt is due.
    var postponed: PoolCause?
}
