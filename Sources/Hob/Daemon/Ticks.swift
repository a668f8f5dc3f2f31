public import HobTasks

/// The turns of a daemon's loop, until a graceful shutdown: what ``DaemonContext/every(_:pacing:startsImmediately:maximumRuns:)``
/// gives.
public struct Ticks: AsyncSequence, Sendable {
    let turns: TickSequence
    /// Called when the loop's body has run once.
    let settled: @Sendable () -> Void

    /// Begins to count.
    public func makeAsyncIterator() -> Iterator { Iterator(turns: turns.makeAsyncIterator(), settled: settled) }

    /// Waits between two turns.
    public struct Iterator: AsyncIteratorProtocol {
        var turns: TickSequence.AsyncIterator
        let settled: @Sendable () -> Void
        private var hasTurned = false

        init(turns: TickSequence.AsyncIterator, settled: @escaping @Sendable () -> Void) {
            self.turns = turns
            self.settled = settled
        }

        /// The next turn; nil when the daemon is to end.
        public mutating func next() async throws -> Tick? {
            if hasTurned { settled() }
            hasTurned = true
            return try await turns.next()
        }
    }
}
