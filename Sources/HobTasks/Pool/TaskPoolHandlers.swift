/// What a pool calls around its tasks. All are waited for, and count as part of the task for the pool's limit.
public struct TaskPoolHandlers: Sendable {
    /// Before each task, with its label; its time counts for the task's deadline.
    public var before: (@Sendable (_ label: String) async -> Void)?
    /// After each task that has begun, whatever became of it.
    public var after: (@Sendable (TaskReport) async -> Void)?
    /// After each task that has thrown or exceeded its deadline; the log has been told already.
    public var onError: (@Sendable (_ label: String, any Error) async -> Void)?
    /// Hears of every task; for metrics.
    public var observe: (@Sendable (TaskPoolEvent) -> Void)?

    /// Makes a set of handlers.
    public init(
        before: (@Sendable (_ label: String) async -> Void)? = nil,
        after: (@Sendable (TaskReport) async -> Void)? = nil,
        onError: (@Sendable (_ label: String, any Error) async -> Void)? = nil,
        observe: (@Sendable (TaskPoolEvent) -> Void)? = nil
    ) {
        self.before = before
        self.after = after
        self.onError = onError
        self.observe = observe
    }
}
