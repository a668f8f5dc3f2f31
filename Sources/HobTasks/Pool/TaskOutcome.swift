/// What became of a task of a pool; each task has exactly one.
public enum TaskOutcome: String, Sendable, Hashable, CaseIterable {
    /// It returned in time.
    case succeeded
    /// It threw an error.
    case failed
    /// It was cancelled while the pool was drained, or dropped from the queue then.
    case cancelled
    /// Its deadline passed before it had ended.
    case timedOut
    /// It was not taken: no room, a drained pool, or its submitter was cancelled while it waited for room.
    case refused
}
