import HobPolicy
import HobTestKit
import Logging
import Synchronization
import Testing

@testable import HobTasks

@Suite(.timeLimit(.minutes(3))) struct TaskPoolTests {
    private let log = CapturedLog()
    private let clock = ManualClock()

    private func pool(
        _ limits: TaskPoolLimits, _ handlers: TaskPoolHandlers = TaskPoolHandlers()
    ) throws -> TaskPool {
        try TaskPool(limits, logger: log.logger, clock: clock, handlers: handlers)
    }

    /// How many run at once.
    private final class Level: Sendable {
        private let state = Mutex((now: 0, most: 0))

        var most: Int { state.withLock { $0.most } }

        func enter() {
            state.withLock { level in
                level.now += 1
                level.most = max(level.most, level.now)
            }
        }

        func leave() { state.withLock { $0.now -= 1 } }
    }

    /// A door that tasks wait at, cancelled or not.
    private final class Gate: Sendable {
        private let stream: AsyncStream<Void>
        private let opener: AsyncStream<Void>.Continuation

        init() { (stream, opener) = AsyncStream.makeStream() }

        func open() { opener.finish() }

        func wait() async { for await _ in stream {} }

        /// Waits although the task is cancelled.
        func waitStubbornly() async { await Task { await wait() }.value }
    }

    @Test func `row 54: a task that throws is logged once with its label and told to the handler, and the pool lives`()
        async throws
    {
        let told = Notes<String>()
        let pool = try pool(
            TaskPoolLimits(running: 2), TaskPoolHandlers(onError: { label, error in told.add("\(label): \(error)") }))
        try await pool.submit("bad") { throw Broken() }
        try await pool.submit("good") { told.add("good runs") }
        #expect(await pool.drain(within: .seconds(60)).isEmpty)
        #expect(Set(told.all) == ["bad: Broken()", "good runs"])
        #expect(log.lines.map(\.message) == ["a task failed"])
        #expect(log.lines.first?.metadata["task"] == "bad")
        #expect(log.lines.first?.error == "Broken()")
        #expect(pool.snapshot.failed == 1 && pool.snapshot.succeeded == 1)
    }

    @Test func `row 55: a loop in a task whose second pass fails still performs the fifth`() async throws {
        let passes = Notes<Int>()
        let pool = try pool(TaskPoolLimits(running: 1))
        let clock = clock
        let logger = log.logger
        try await pool.submit("loop") {
            try await repeating(
                "loop", Repetition(every: .seconds(1), maximumRuns: 5), logger: logger, clock: clock
            ) { tick in
                passes.add(tick.number)
                if tick.number == 2 { throw Broken() }
            }
        }
        for _ in 2...5 { await clock.advanceToNextWaking() }
        while pool.snapshot.running > 0 { await Task.yield() }
        #expect(passes.all == [1, 2, 3, 4, 5])
        #expect(pool.snapshot.succeeded == 1)
    }

    @Test func `row 56: callbacks run before and after success, failure, deadline and drain alike`() async throws {
        let notes = Notes<String>()
        let handlers = TaskPoolHandlers(
            before: { notes.add("before \($0)") },
            after: {
                notes.add("after \($0.label): \($0.outcome.rawValue)\(Task.isCancelled ? " in a cancelled task" : "")")
            })
        let pool = try pool(TaskPoolLimits(running: 1), handlers)
        try await pool.submit("good") {}
        try await pool.submit("bad") { throw Broken() }
        let clock = clock
        try await pool.submit("slow", deadline: .seconds(5)) { try await clock.sleep(for: .seconds(100)) }
        while pool.snapshot.timedOut == 0 {
            // The deadline's timer comes first, then the sleeper's.
            if await clock.nextWaking() == .seconds(5) { await clock.advanceToNextWaking() }
        }
        try await pool.submit("endless") { try await clock.sleep(for: .seconds(100)) }
        while !notes.all.contains("before endless") { await Task.yield() }
        _ = await pool.drain(within: .zero)
        #expect(
            notes.all == [
                "before good", "after good: succeeded", "before bad", "after bad: failed", "before slow",
                "after slow: timedOut", "before endless", "after endless: cancelled",
            ])
    }

    @Test func `row 57: a drain lets short tasks finish, and names what is left at its deadline`() async throws {
        let pool = try pool(TaskPoolLimits(running: 2))
        let short = Gate()
        let clock = clock
        try await pool.submit("short") { await short.wait() }
        try await pool.submit("long") { try await clock.sleep(for: .seconds(60)) }
        try await pool.submit("never begun") {}
        async let remains = pool.drain(within: .seconds(5))
        while !pool.state.withLock({ $0.machine.isClosed }) { await Task.yield() }
        await #expect(throws: TaskError.self) { try await pool.submit("late") {} }
        short.open()
        while pool.snapshot.succeeded < 2 { await Task.yield() }
        clock.advance(to: .seconds(5))
        #expect(await remains == TaskPoolRemains(cancelled: ["long"]))
        #expect(pool.snapshot.cancelled == 1 && pool.snapshot.refused == 1)
        #expect(log.lines.map(\.message) == ["draining took too long: these tasks were cancelled: long"])
    }

    @Test func `row 57: a drain ends although a task heeds no cancellation, and names it`() async throws {
        let pool = try pool(TaskPoolLimits(running: 1, stuckAfter: .seconds(1)))
        let gate = Gate()
        try await pool.submit("deaf") { await gate.waitStubbornly() }
        try await pool.submit("behind it") {}
        async let remains = pool.drain(within: .zero)
        await clock.advanceToNextWaking()
        #expect(await remains == TaskPoolRemains(cancelled: ["deaf"], dropped: ["behind it"], running: ["deaf"]))
        gate.open()
        while pool.snapshot.running > 0 { await Task.yield() }
        #expect(pool.snapshot.done == 2)
    }

    @Test func `row 58: 1,000 submissions with a limit of 8 never run more than 8 at once`() async throws {
        let level = Level()
        let pool = try pool(TaskPoolLimits(running: 8, queued: 50))
        for number in 0..<1_000 {
            try await pool.submit("\(number)") {
                level.enter()
                await Task.yield()
                level.leave()
            }
        }
        #expect(await pool.drain(within: .seconds(600)).isEmpty)
        #expect(level.most <= 8)
        #expect(pool.snapshot.succeeded == 1_000)
    }

    @Test func `100,000 tasks through a limit of 8, none lost, and the queue bounded`() async throws {
        let done = Atomic(0)
        let pool = try pool(TaskPoolLimits(running: 8, queued: 100))
        var longest = 0
        for number in 0..<100_000 {
            try await pool.submit("task") { done.add(1, ordering: .relaxed) }
            if number % 1_000 == 0 { longest = max(longest, pool.snapshot.queued) }
        }
        #expect(await pool.drain(within: .seconds(600)).isEmpty)
        #expect(done.load(ordering: .relaxed) == 100_000)
        #expect(longest <= 100)
    }

    @Test func `who submits into a full queue waits for room, and trySubmit refuses`() async throws {
        let pool = try pool(TaskPoolLimits(running: 1, queued: 1))
        let gate = Gate()
        try await pool.submit("first") { await gate.wait() }
        try await pool.submit("second") {}
        let error = #expect(throws: TaskError.self) { try pool.trySubmit("third") {} }
        #expect(error?.code == .poolFull)
        async let waits: Void = pool.submit("fourth") {}
        while pool.snapshot.waiting == 0 { await Task.yield() }
        gate.open()
        try await waits
        #expect(await pool.drain(within: .seconds(60)).isEmpty)
        #expect(pool.snapshot.succeeded == 3 && pool.snapshot.refused == 1)
    }

    @Test func `a submitter that is cancelled while it waits takes its task back`() async throws {
        let pool = try pool(TaskPoolLimits(running: 1, queued: 0))
        let gate = Gate()
        try await pool.submit("first") { await gate.wait() }
        let submitter = Task { try await pool.submit("second") { Issue.record("it ran") } }
        while pool.snapshot.waiting == 0 { await Task.yield() }
        submitter.cancel()
        await #expect(throws: CancellationError.self) { try await submitter.value }
        gate.open()
        #expect(await pool.drain(within: .seconds(60)).isEmpty)
        #expect(pool.snapshot.refused == 1 && pool.snapshot.succeeded == 1)
    }

    @Test func `a stuck task is reported once with its label, and a spare slot takes its place`() async throws {
        let stuck = Notes<String>()
        let handlers = TaskPoolHandlers(observe: { if case .stuck(let label, _) = $0 { stuck.add(label) } })
        let pool = try pool(TaskPoolLimits(running: 1, spares: 1, stuckAfter: .seconds(1)), handlers)
        let gate = Gate()
        try await pool.submit("deaf", deadline: .seconds(5)) { await gate.waitStubbornly() }
        let next = Notes<Bool>()
        try await pool.submit("next") { next.add(true) }
        await clock.advanceToNextWaking()
        await clock.advanceToNextWaking()
        while pool.snapshot.succeeded == 0 { await Task.yield() }
        #expect(pool.snapshot.stuck == 1 && pool.snapshot.running == 1)
        gate.open()
        while pool.snapshot.running > 0 { await Task.yield() }
        #expect(stuck.all == ["deaf"])
        #expect(pool.snapshot.timedOut == 1 && pool.snapshot.stuck == 0)
        #expect(log.lines.map(\.message).filter { $0.contains("stuck") }.count == 1)
        #expect(await pool.drain(within: .seconds(1)).isEmpty)
    }

    @Test func `limits that cannot be kept are rejected`() {
        for limits in [
            TaskPoolLimits(running: 0), TaskPoolLimits(running: 1, queued: -1), TaskPoolLimits(running: 1, spares: -1),
            TaskPoolLimits(running: 1, deadline: .seconds(-1)), TaskPoolLimits(running: 1, stuckAfter: .seconds(-1)),
        ] {
            let error = #expect(throws: TaskError.self) { try pool(limits) }
            #expect(error?.code == .badOptions)
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `random failures, deadlines and cancellation: every task ends once, and never too many run`(seed: UInt64)
        async throws
    {
        var generator = SplitMix64(seed: seed)
        let level = Level()
        let ended = Notes<String>()
        let pool = try TaskPool(
            TaskPoolLimits(running: 3, queued: 5, spares: 2, stuckAfter: .milliseconds(2)), logger: log.logger,
            handlers: TaskPoolHandlers(after: { ended.add($0.label) }))
        var submitters: [Task<Void, any Error>] = []
        for number in 0..<400 {
            let kind = Int.random(in: 0..<5, using: &generator)
            let deadline: Duration? = Bool.random(using: &generator) ? .milliseconds(3) : nil
            let submitter = Task {
                try await pool.submit("\(number)", deadline: deadline) {
                    level.enter()
                    defer { level.leave() }
                    switch kind {
                    case 0: throw Broken()
                    case 1: try await Task.sleep(for: .milliseconds(5))
                    case 2: await Task { try? await Task.sleep(for: .milliseconds(6)) }.value
                    default: await Task.yield()
                    }
                }
            }
            if Int.random(in: 0..<8, using: &generator) == 0 { submitter.cancel() }
            submitters.append(submitter)
        }
        for submitter in submitters { _ = await submitter.result }
        _ = await pool.drain(within: .milliseconds(20))
        while pool.snapshot.running > 0 { await Task.yield() }
        let snapshot = pool.snapshot
        #expect(snapshot.submitted <= 400 && snapshot.done == snapshot.submitted, "seed \(seed): \(snapshot)")
        #expect(level.most <= 5, "seed \(seed)")
        #expect(Set(ended.all).count == ended.all.count, "seed \(seed)")
        let began = snapshot.done - snapshot.refused
        #expect(ended.all.count <= began, "seed \(seed)")
    }
}
