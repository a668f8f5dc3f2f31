import HobPolicy
public import Logging

/// A sequence that has one element per turn; it ends at a graceful shutdown, when cancelled, or after its last turn.
public struct TickSequence: AsyncSequence, Sendable {
    /// What comes each turn.
    public typealias Element = Tick
    /// Thrown once, before the first turn, when the options cannot be kept.
    public typealias Failure = TaskError

    let repetition: Repetition
    let clock: any Clock<Duration>
    let logger: Logger?
    let shutdown: (@Sendable () async -> Void)?

    /// The place in the sequence; time begins to count with its first turn.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private var pacer: Pacer

        init(_ ticks: TickSequence) {
            pacer = Pacer(ticks)
        }

        /// Waits for the next turn; nil at the end.
        public mutating func next(isolation: isolated (any Actor)? = #isolation) async throws(TaskError) -> Tick? {
            try await pacer.next(isolation: isolation)
        }

        /// Waits for the next turn; nil at the end.
        public mutating func next() async throws(TaskError) -> Tick? {
            try await pacer.next(isolation: nil)
        }
    }

    /// Begins at the beginning.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}

/// A tick every so often, for a `for try await` loop.
///
/// With the default pacing, ``Pacing/fixedDelay``, the time that the loop's body takes comes on top of the interval.
///
/// - Parameters:
///   - interval: The time between two turns; more than zero.
///   - pacing: Between which points it is measured.
///   - startsImmediately: Whether the first turn comes at once.
///   - maximumRuns: How many turns there are at most, 1 or more; nil: no end.
///   - clock: Whose time counts.
///   - logger: Where a strict interval's overruns are warned about.
///   - shutdown: Called once; returns when the sequence is to end, and when its task is cancelled.
public func every(
    _ interval: Duration, pacing: Pacing = .fixedDelay, startsImmediately: Bool = true, maximumRuns: Int? = nil,
    clock: any Clock<Duration> = ContinuousClock(), logger: Logger? = nil,
    until shutdown: (@Sendable () async -> Void)? = nil
) -> TickSequence {
    let repetition = Repetition(
        every: interval, pacing: pacing, startsImmediately: startsImmediately, maximumRuns: maximumRuns)
    return TickSequence(repetition: repetition, clock: clock, logger: logger, shutdown: shutdown)
}
