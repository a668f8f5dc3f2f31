import HobPolicy
import HobTestKit
import Logging
import Testing

@testable import HobTasks

@Suite(.timeLimit(.minutes(1))) struct RepeatingTests {
    private let clock = ManualClock()
    private let log = CapturedLog()

    private func hooks(_ notes: Notes<String>) -> RepetitionHooks {
        RepetitionHooks(
            beforeStart: { notes.add("start1") }, afterStart: { notes.add("start2") },
            beforeStop: { notes.add("stop1") }, afterStop: { notes.add("stop2") })
    }

    @Test func `row 50: the first run is immediate, n runs take n intervals, and the hooks come in order`() async throws
    {
        let notes = Notes<String>()
        async let end: Void = repeating(
            "lister", Repetition(every: .seconds(5), maximumRuns: 4), logger: log.logger, clock: clock,
            hooks: hooks(notes)
        ) { tick in
            notes.add("\(tick.number) at \(clock.now.offset.brief)")
        }
        for _ in 2...4 { await clock.advanceToNextWaking() }
        try await end
        #expect(notes.all == ["start1", "start2", "1 at 0s", "2 at 5s", "3 at 10s", "4 at 15s", "stop1", "stop2"])
    }

    @Test func `row 51: 60 ms of work on a strict interval of 250 ms do not drift over 20 runs`() async throws {
        let starts = Notes<Duration>()
        let clock = clock
        async let end: Void = repeating(
            "lister", Repetition(every: .milliseconds(250), pacing: .strict, maximumRuns: 20), logger: log.logger,
            clock: clock
        ) { _ in
            starts.add(clock.now.offset)
            try await clock.sleep(for: .milliseconds(60))
        }
        // The end of each run, and the beginning of each but the first.
        for _ in 1..<40 { await clock.advanceToNextWaking() }
        try await end
        #expect(starts.all == (0..<20).map { .milliseconds(250 * $0) })
        #expect(log.lines.isEmpty)
    }

    @Test func `row 51: an overrun of a strict interval warns, and missed runs are skipped`() async throws {
        let starts = Notes<Duration>()
        let clock = clock
        async let end: Void = repeating(
            "lister", Repetition(every: .milliseconds(250), pacing: .strict, maximumRuns: 2), logger: log.logger,
            clock: clock
        ) { _ in
            starts.add(clock.now.offset)
            try await clock.sleep(for: .milliseconds(600))
        }
        for _ in 1..<4 { await clock.advanceToNextWaking() }
        try await end
        #expect(starts.all == [.zero, .milliseconds(750)])
        #expect(log.lines.map(\.level) == [.warning])
        #expect(log.lines.first?.metadata["skipped"] == "2")
        #expect(log.lines.first?.metadata["task"] == "lister")
    }

    @Test func `row 52: it stops after exactly n runs and the hook after the stop is run`() async throws {
        let notes = Notes<String>()
        try await repeating(
            "lister", Repetition(every: .seconds(1), maximumRuns: 1), logger: log.logger, clock: clock,
            hooks: hooks(notes)
        ) { tick in notes.add("\(tick.number)") }
        #expect(notes.all == ["start1", "start2", "1", "stop1", "stop2"])
    }

    @Test(arguments: [0, -1]) func `row 52: a maximum of no runs is rejected and nothing is begun`(_ maximum: Int) async
    {
        let notes = Notes<String>()
        let error = await #expect(throws: TaskError.self) {
            try await repeating(
                "lister", Repetition(every: .seconds(1), maximumRuns: maximum), logger: log.logger, clock: clock,
                hooks: hooks(notes)
            ) { _ in notes.add("run") }
        }
        #expect(error?.code == .badOptions)
        #expect(error?.message.contains("\(maximum)") == true)
        #expect(notes.all.isEmpty)
    }

    @Test func `an interval of nothing is rejected`() async {
        await #expect(throws: TaskError.self) {
            try await repeating("lister", Repetition(every: .zero), logger: log.logger, clock: clock) { _ in }
        }
    }

    @Test func `row 53: a task that always fails with an interval of 1 s runs 3 times before 3 s are over`()
        async throws
    {
        let runs = Notes<Duration>()
        let clock = clock
        let task = Task { [log] in
            try await repeating("lister", Repetition(every: .seconds(1)), logger: log.logger, clock: clock) { _ in
                runs.add(clock.now.offset)
                throw Broken()
            }
        }
        while await clock.nextWaking() < .seconds(3) { await clock.advanceToNextWaking() }
        task.cancel()
        try await task.value
        #expect(runs.all.count == 3)
        #expect(log.lines.count == 3)
        #expect(
            log.lines.allSatisfy { $0.level == .error && $0.error == "Broken()" && $0.metadata["task"] == "lister" })
    }

    @Test func `row 53: errors in a row make the pause longer than a short interval, and a success forgets them`()
        async throws
    {
        let runs = Notes<Duration>()
        let clock = clock
        let backoff = Backoff(initial: .seconds(1), jitter: 0)
        async let end: Void = repeating(
            "lister", Repetition(every: .milliseconds(10), maximumRuns: 7, onError: .proceed(backoff)),
            logger: log.logger, clock: clock
        ) { tick in
            runs.add(clock.now.offset)
            if tick.number != 5 { throw Broken() }
        }
        for _ in 2...7 { await clock.advanceToNextWaking() }
        try await end
        #expect(runs.all == [0, 10, 1_010, 3_010, 7_010, 7_020, 7_030].map { .milliseconds($0) })
    }

    @Test func `an error ends it where that is wanted, after the hooks of the stop`() async {
        let notes = Notes<String>()
        await #expect(throws: Broken.self) {
            try await repeating(
                "lister", Repetition(every: .seconds(1), onError: .stop), logger: log.logger, clock: clock,
                hooks: hooks(notes)
            ) { _ in throw Broken() }
        }
        #expect(notes.all == ["start1", "start2", "stop1", "stop2"])
    }

    @Test func `the hooks of the stop run to their end although the task is cancelled`() async throws {
        let notes = Notes<String>()
        let clock = clock
        let hooks = RepetitionHooks(
            beforeStop: {
                notes.add("cancelled: \(Task.isCancelled)")
                throw Broken()
            }, afterStop: { notes.add("last") })
        let task = Task { [log] in
            try await repeating(
                "lister", Repetition(every: .seconds(1)), logger: log.logger, clock: clock, hooks: hooks
            ) { _ in notes.add("run") }
        }
        _ = await clock.nextWaking()
        task.cancel()
        try await task.value
        #expect(notes.all == ["run", "cancelled: false", "last"])
        #expect(log.lines.map(\.message) == ["the hook before stop failed"])
    }

    @Test func `a graceful shutdown ends the wait and lets no further run begin`() async throws {
        let (stop, stopper) = AsyncStream.makeStream(of: Void.self)
        let runs = Notes<Int>()
        let clock = clock
        async let end: Void = repeating(
            "lister", Repetition(every: .seconds(1)), logger: log.logger, clock: clock,
            until: { for await _ in stop { break } }
        ) { runs.add($0.number) }
        _ = await clock.nextWaking()
        stopper.finish()
        try await end
        #expect(runs.all == [1])
    }
}
