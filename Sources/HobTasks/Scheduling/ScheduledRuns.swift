public import HobPolicy

/// A sequence that has one element per run of a schedule; it ends at a graceful shutdown, when cancelled, or after the
/// last run.
///
///     for try await run in context.schedule("0 3 * * *", zone: "Europe/Vienna") {
///         try await backUp(since: run.due)
///     }
///
/// A loop that is still busy when a run is due misses it; ``MissedRuns`` says what becomes of it then.
public struct ScheduledRuns: AsyncSequence, Sendable {
    /// What comes each time.
    public typealias Element = ScheduledRun
    /// Thrown once, before the first run, when the schedule or its zone is none.
    public typealias Failure = TaskError

    /// What is to be waited for.
    struct Source: Sendable {
        var schedule: Schedule
        var zone: ZoneRules
        var missed: MissedRuns
        var lastRun: UnixTime?
    }

    let source: Result<Source, TaskError>
    let calendar: any CalendarClock
    let clock: any Clock<Duration>
    let shutdown: (@Sendable () async -> Void)?
    /// Called before each wait.
    package var willWait: (@Sendable () -> Void)?

    /// The runs of a schedule.
    ///
    /// - Parameters:
    ///   - schedule: When to run.
    ///   - zone: Whose local time counts.
    ///   - missed: What becomes of runs whose time has passed.
    ///   - lastRun: The last run of an earlier life, so that those missed since then count as missed; nil: none.
    ///   - calendar: The clock on the wall.
    ///   - clock: Whose time counts for `every` and `in`.
    ///   - shutdown: Called once; returns when the sequence is to end, and when its task is cancelled.
    public init(
        _ schedule: Schedule, in zone: ZoneRules, missed: MissedRuns = .skip, lastRun: UnixTime? = nil,
        calendar: any CalendarClock, clock: any Clock<Duration> = ContinuousClock(),
        until shutdown: (@Sendable () async -> Void)? = nil
    ) {
        self.init(
            .success(Source(schedule: schedule, zone: zone, missed: missed, lastRun: lastRun)), calendar: calendar,
            clock: clock, until: shutdown)
    }

    /// The runs of something that is no schedule: the error is told at the first of them.
    package init(failing error: TaskError, calendar: any CalendarClock) {
        self.init(.failure(error), calendar: calendar, clock: ContinuousClock(), until: nil)
    }

    private init(
        _ source: Result<Source, TaskError>, calendar: any CalendarClock, clock: any Clock<Duration>,
        until shutdown: (@Sendable () async -> Void)?
    ) {
        self.source = source
        self.calendar = calendar
        self.clock = clock
        self.shutdown = shutdown
    }

    /// The place in the sequence; `every` and `in` count from its first call on.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private var pacer: SchedulePacer

        init(_ runs: ScheduledRuns) {
            pacer = SchedulePacer(runs)
        }

        /// Waits for the next run; nil at the end.
        public mutating func next(
            isolation: isolated (any Actor)? = #isolation
        ) async throws(TaskError) -> ScheduledRun? {
            try await pacer.next(isolation: isolation)
        }

        /// Waits for the next run; nil at the end.
        public mutating func next() async throws(TaskError) -> ScheduledRun? {
            try await pacer.next(isolation: nil)
        }
    }

    /// Begins at the beginning.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}
