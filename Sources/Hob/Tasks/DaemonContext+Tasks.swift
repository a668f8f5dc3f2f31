public import HobPolicy
import HobSystem
public import HobTasks
import Logging
import ServiceLifecycle

extension DaemonContext {
    /// The daemon's clock, whose timers go off whatever the threads of Swift's pool do.
    public var clock: DaemonClock { DaemonClock(process.control) }

    /// Runs the body, and cancels it when it takes longer than the limit; see `withDeadline` of HobTasks.
    ///
    /// The work is cancelled in time even when every thread of Swift's pool is blocked.
    ///
    /// - Parameters:
    ///   - limit: How long it may take; nil or zero is no limit, less than zero is an error.
    ///   - label: What the error calls the work.
    ///   - body: The work, in a child task.
    /// - Throws: `TaskError` with the label when the limit has passed, else what the body throws.
    public func withDeadline<Value: Sendable>(
        _ limit: Duration?, _ label: String, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await HobTasks.withDeadline(limit, label, clock: clock, body)
    }

    /// A pool that runs tasks, so many at once, and is drained when `run` has ended; see `TaskPool`.
    ///
    /// - Parameters:
    ///   - limit: How many run at once, 1 or more.
    ///   - name: What the log, the metrics and the status call it.
    ///   - handlers: What is called around tasks.
    /// - Throws: `TaskError` for a limit below 1.
    public func taskPool(
        limit: Int, name: String = "tasks", handlers: TaskPoolHandlers = TaskPoolHandlers()
    ) throws -> TaskPool {
        try taskPool(TaskPoolLimits(running: limit), name: name, handlers: handlers)
    }

    /// A pool with limits of its own, which is drained when `run` has ended.
    ///
    /// What still runs when the shutdown's deadline is near is cancelled, and named in the log. The pool's numbers are
    /// metrics, and part of what `hob status` shows.
    ///
    /// - Parameters:
    ///   - limits: How much it does at once, and how long it waits.
    ///   - name: What the log, the metrics and the status call it.
    ///   - handlers: What is called around tasks.
    /// - Throws: `TaskError` for limits that cannot be kept.
    public func taskPool(
        _ limits: TaskPoolLimits, name: String = "tasks", handlers: TaskPoolHandlers = TaskPoolHandlers()
    ) throws -> TaskPool {
        let metrics = PoolMetrics(pool: name)
        let numbers = PoolNumbers()
        var watched = handlers
        watched.observe = { [line = process.statusLine] event in
            metrics.record(event, numbers.snapshot)
            line.changed()
            handlers.observe?(event)
        }
        let pool = try TaskPool(limits, name: name, logger: logger, clock: clock, handlers: watched)
        numbers.follow(pool)
        process.statusLine.add(name) { numbers.snapshot }
        process.hooks.add("drain \(name)") { [process] in
            await pool.drain(within: process.timeLeft(beside: limits.stuckAfter))
        }
        return pool
    }

    /// The runs of a schedule, for a `for try await` loop, until a graceful shutdown.
    ///
    ///     for try await run in context.schedule("0 3 * * *", zone: "Europe/Vienna", missed: .runOnce) { … }
    ///
    /// With `repeating(_:on:logger:onError:_:)` of HobTasks, errors of the work are logged and the next run comes.
    ///
    /// - Parameters:
    ///   - schedule: A cron expression, `every 5m`, or another form of `Schedule`.
    ///   - zone: The name of a time zone, such as `Europe/Vienna` or `UTC`; nil: that of `TZ`, or the machine's.
    ///   - missed: What becomes of runs whose time has passed.
    ///   - lastRun: The last run of the daemon's earlier life, so that those missed since then count; nil: none.
    /// - Returns: The sequence; a schedule or zone that is none is told by its first turn, as a `TaskError`.
    public func schedule(
        _ schedule: String, zone: String? = nil, missed: MissedRuns = .skip, lastRun: UnixTime? = nil
    ) -> ScheduledRuns {
        var runs: ScheduledRuns
        do throws(TaskError) {
            runs = ScheduledRuns(
                try Self.parsed(schedule), in: try ZoneFile.zone(named: zone), missed: missed, lastRun: lastRun,
                calendar: process.calendar, clock: clock, until: { try? await gracefulShutdown() })
        } catch {
            runs = ScheduledRuns(failing: error, calendar: process.calendar)
        }
        runs.willWait = { [process] in process.settled() }
        return runs
    }

    private static func parsed(_ text: String) throws(TaskError) -> Schedule {
        do throws(ScheduleError) { return try Schedule(text) } catch {
            throw TaskError(.badOptions, "the schedule '\(text)' is none: \(error.message)", cause: error)
        }
    }
}
