/// What was left of a pool when the time for draining it was over.
public struct TaskPoolRemains: Sendable, Hashable {
    /// The labels of the tasks that were cancelled while they ran.
    public internal(set) var cancelled: [String] = []
    /// The labels of those that were still in the queue, and never began.
    public internal(set) var dropped: [String] = []
    /// The labels of those that had not ended even after their cancellation; they still run.
    public internal(set) var running: [String] = []

    /// Whether every task has ended by itself.
    public var isEmpty: Bool { cancelled.isEmpty && dropped.isEmpty && running.isEmpty }
}
