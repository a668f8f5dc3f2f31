import HobPolicy
import HobTestKit
import Logging
import Testing

@testable import HobTasks

@Suite(.timeLimit(.minutes(1))) struct ScheduledRunsTests {
    private let start = UnixTime(seconds: 1_767_225_600)  // 2026-01-01 00:00 UTC

    private func minutes(_ time: UnixTime) -> Double { Double(time.milliseconds - start.milliseconds) / 60_000 }

    private func runs(_ text: String, _ calendar: ManualCalendar, missed: MissedRuns = .skip) throws -> ScheduledRuns {
        ScheduledRuns(
            try Schedule(text), in: .utc, missed: missed, calendar: calendar, clock: calendar.clock)
    }

    @Test func `row 80: a failing job is logged with its label, the handler called, and the next run is on time`()
        async throws
    {
        let calendar = ManualCalendar(start)
        let log = CapturedLog()
        let told = Notes<String>()
        let times = Notes<Double>()
        let runs = try runs("*/10 * * * *", calendar)
        let job = Task {
            try await repeating(
                "backup", on: runs, logger: log.logger, onError: { run, error in told.add("\(run.number): \(error)") }
            ) { run in
                times.add(minutes(calendar.now))
                if run.number < 3 { throw Broken() }
            }
        }
        for _ in 1...4 { await calendar.clock.advanceToNextWaking() }
        _ = await calendar.clock.nextWaking()
        job.cancel()
        try await job.value
        #expect(times.all == [10, 20, 30, 40])
        #expect(told.all == ["1: Broken()", "2: Broken()"])
        #expect(log.lines.map(\.message) == ["run 1 failed", "run 2 failed"])
        #expect(log.lines.allSatisfy { $0.level == .error && $0.metadata["task"] == "backup" })
    }

    @Test func `a clock that is set wakes the wait, and the next run comes by the new time`() async throws {
        let calendar = ManualCalendar(start)
        let runs = try runs("0 * * * *", calendar)
        async let due: [Double] = {
            var due: [Double] = []
            for try await run in runs {
                due.append(minutes(run.due))
                if due.count == 2 { break }
            }
            return due
        }()
        #expect(await calendar.clock.nextWaking() == .seconds(3_600))
        calendar.set(.seconds(3_000))
        while calendar.clock.sleeperCount == 0 || calendar.clock.sleeperCount > 1 { await Task.yield() }
        while await calendar.clock.nextWaking() != .seconds(600) { await Task.yield() }
        await calendar.clock.advanceToNextWaking()
        await calendar.clock.advanceToNextWaking()
        #expect(try await due == [60, 120])
    }

    @Test func `every counts the time that passes, whatever is done to the clock on the wall`() async throws {
        let calendar = ManualCalendar(start)
        let times = Notes<Duration>()
        let runs = try runs("every 5m", calendar)
        let job = Task {
            for try await run in runs {
                times.add(calendar.clock.now.offset)
                calendar.set(.seconds(run.number * 86_400))
            }
        }
        for _ in 1...3 { await calendar.clock.advanceToNextWaking() }
        _ = await calendar.clock.nextWaking()
        job.cancel()
        try await job.value
        #expect(times.all == [.seconds(300), .seconds(600), .seconds(900)])
    }

    @Test func `a graceful shutdown ends the wait, and one run of in ends the sequence`() async throws {
        let calendar = ManualCalendar(start)
        let (stop, stopper) = AsyncStream.makeStream(of: Void.self)
        let daily = ScheduledRuns(
            try Schedule("@daily"), in: .utc, calendar: calendar, until: { for await _ in stop { break } })
        let job = Task { for try await _ in daily { Issue.record("it ran") } }
        _ = await calendar.clock.nextWaking()
        stopper.finish()
        try await job.value
        let once = try runs("in 10s", calendar)
        async let count = once.reduce(0) { count, _ in count + 1 }
        while await calendar.clock.nextWaking() > .seconds(10) { await Task.yield() }
        await calendar.clock.advanceToNextWaking()
        #expect(try await count == 1)
    }
}
