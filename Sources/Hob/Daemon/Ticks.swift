import ServiceLifecycle

/// Numbers at a fixed distance, from 1 on, until a graceful shutdown: what ``DaemonContext/every(_:)`` gives.
public struct Ticks: AsyncSequence, Sendable {
    let interval: Duration
    /// Called when the loop's body has run once.
    let settled: @Sendable () -> Void

    /// Begins to count.
    public func makeAsyncIterator() -> Iterator { Iterator(interval: interval, settled: settled) }

    /// Waits the interval between two elements, however long the loop's body took.
    public struct Iterator: AsyncIteratorProtocol {
        let interval: Duration
        let settled: @Sendable () -> Void
        private var count = 0

        init(interval: Duration, settled: @escaping @Sendable () -> Void) {
            self.interval = interval
            self.settled = settled
        }

        /// The next number; nil when the daemon is to end.
        public mutating func next() async throws -> Int? {
            if Task.isShuttingDownGracefully || Task.isCancelled { return nil }
            if count == 1 { settled() }
            if count > 0 {
                let interval = interval
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) }
                if Task.isShuttingDownGracefully || Task.isCancelled { return nil }
            }
            count += 1
            return count
        }
    }
}
