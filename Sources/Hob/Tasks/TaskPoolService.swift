public import HobTasks
public import ServiceLifecycle

/// A task pool as a service: it takes tasks until the graceful shutdown, and is drained then.
///
/// A pool of ``DaemonContext/taskPool(limit:name:handlers:)`` needs none: the daemon drains it when `run` has ended. This
/// one is for pools that must be empty before another service ends.
public struct TaskPoolService: Service {
    /// The pool.
    public let pool: TaskPool
    /// How long its tasks may take at the shutdown.
    public let patience: Duration

    /// Makes a pool a service.
    ///
    /// - Parameters:
    ///   - pool: The pool.
    ///   - patience: How long its tasks may take at the shutdown; then they are cancelled, and named in the log.
    public init(_ pool: TaskPool, patience: Duration = .seconds(5)) {
        self.pool = pool
        self.patience = patience
    }

    /// Waits for the graceful shutdown, and drains the pool.
    public func run() async throws {
        try? await gracefulShutdown()
        await pool.drain(within: patience)
    }
}
