/// The numbers of a pool at one moment.
///
/// Every task that was ever submitted is in exactly one of them (``stuck`` ones are ``running``, too).
public struct TaskPoolSnapshot: Sendable, Hashable {
    /// Submitted, and its submitter waits for room.
    public internal(set) var waiting = 0
    /// In the queue.
    public internal(set) var queued = 0
    /// Running, stuck ones included.
    public internal(set) var running = 0
    /// Running although their deadline has passed and they were cancelled.
    public internal(set) var stuck = 0
    /// Returned in time.
    public internal(set) var succeeded = 0
    /// Threw an error.
    public internal(set) var failed = 0
    /// Cancelled or dropped while the pool was drained.
    public internal(set) var cancelled = 0
    /// Ended after their deadline.
    public internal(set) var timedOut = 0
    /// Not taken.
    public internal(set) var refused = 0

    /// How many have ended, or were not taken.
    public var done: Int { succeeded + failed + cancelled + timedOut + refused }
    /// All that were ever submitted.
    public var submitted: Int { waiting + queued + running + done }

    mutating func add(_ outcome: TaskOutcome) {
        switch outcome {
        case .succeeded: succeeded += 1
        case .failed: failed += 1
        case .cancelled: cancelled += 1
        case .timedOut: timedOut += 1
        case .refused: refused += 1
        }
    }
}
