public import HobWorkers

extension DaemonContext {
    /// Makes a pool of worker processes of this daemon; it runs as a service: `try await context.run(pool)`.
    ///
    /// A daemon that may be used only when its workers are ready sets ``DaemonConfiguration/announcesReadiness`` and
    /// starts the pool itself: `try await pool.start()`, `context.ready()`, and then `context.run(pool)`.
    ///
    /// HUP replaces its workers one after the other, after the log was reopened and the configuration read anew. Its
    /// deaths are logged by the daemon's log and counted as metrics: `hob_workers_started`, `hob_workers_failed`,
    /// `hob_workers_replacement`, with the pool's name as dimension.
    ///
    /// - Parameters:
    ///   - worker: what the workers do; it must be among ``Daemon/workers``.
    ///   - min: the fewest workers, and those it starts with; at least 1.
    ///   - max: the most workers.
    ///   - listeners: the sockets that all workers share; they listen from now on.
    ///   - options: the pool's habits; its logger becomes the daemon's.
    /// - Throws: `WorkerPoolError` when the bounds or names make no sense or an address cannot be bound.
    public func workers(
        _ worker: any Worker.Type, min: Int, max: Int, listeners: [WorkerListener] = [],
        options: WorkerPoolOptions = WorkerPoolOptions()
    ) throws -> WorkerPool {
        var options = options
        options.logger = logger
        let metrics = WorkerMetrics(pool: options.name ?? worker.name)
        let observer = options.observer
        options.observer = { event in
            metrics.count(event)
            observer?(event)
        }
        let pool = try WorkerPool(worker, min: min, max: max, listeners: listeners, options: options)
        process.steps.add("workers") { [weak pool] in
            do { try await pool?.restart() } catch let error as WorkerPoolError where error.code == .notRunning {
                // One that has not begun, or has ended, has no workers of the old configuration.
            }
        }
        return pool
    }
}
