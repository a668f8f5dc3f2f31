public import HobWorkers
public import ServiceLifecycle

extension WorkerPool: Service {
    /// Starts the pool, and ends it at a graceful shutdown: its workers finish what they have in hand, for as long as the
    /// pool's `drain` and the daemon's shutdown allow.
    ///
    /// - Throws: `WorkerPoolError` when it cannot start.
    public func run() async throws {
        try await start()
        // Cancelled or asked to end, the next step is the same.
        try? await gracefulShutdown()
        await withTaskCancellationHandler {
            await stop()
        } onCancel: {
            // The daemon's time is nearly over: no patience is left.
            Task.detached { await self.stop(within: .zero) }
        }
    }
}
