import HobPolicy
import Testing

@Suite struct SchedulePlanTests {
    private let start = UnixTime(seconds: 1_767_225_600)  // 2026-01-01 00:00 UTC

    private func plan(_ text: String, _ missed: MissedRuns, lastRun: UnixTime? = nil) throws -> SchedulePlan {
        SchedulePlan(try Schedule(text), in: .utc, missed: missed, at: start, lastRun: lastRun)
    }

    private func at(_ minutes: Double) -> UnixTime { start + .milliseconds(Int64(minutes * 60_000)) }

    private func run(_ step: SchedulePlan.Step) -> ScheduledRun? {
        if case .run(let run) = step { run } else { nil }
    }

    @Test func `it waits for each run, and a little lateness is none`() throws {
        var plan = try plan("*/10 * * * *", .skip)
        #expect(plan.next(at: start) == .wait(until: at(10)))
        let first = run(plan.next(at: at(10.5)))
        #expect(first?.due == at(10) && first?.number == 1 && first?.missed == 0)
        #expect(plan.next(at: at(11)) == .wait(until: at(20)))
    }

    @Test func `what came due while the last run was busy is skipped`() throws {
        var plan = try plan("*/10 * * * *", .skip)
        _ = plan.next(at: start)
        #expect(run(plan.next(at: at(10))) != nil)
        #expect(plan.next(at: at(35)) == .wait(until: at(40)))
        #expect(run(plan.next(at: at(40)))?.missed == 2)
    }

    @Test func `one run makes up for all`() throws {
        var plan = try plan("*/10 * * * *", .runOnce)
        _ = plan.next(at: start)
        _ = plan.next(at: at(10))
        let run = run(plan.next(at: at(45)))
        #expect(run?.due == at(40) && run?.missed == 2)
        #expect(plan.next(at: at(46)) == .wait(until: at(50)))
    }

    @Test func `each missed run is made up for, up to the limit, the oldest left out`() throws {
        var plan = try plan("*/10 * * * *", .runAll(limit: 2))
        _ = plan.next(at: start)
        _ = plan.next(at: at(10))
        let runs = (0..<2).map { _ in run(plan.next(at: at(45))) }
        #expect(runs.map { $0?.due } == [at(30), at(40)])
        #expect(runs.map { $0?.missed } == [1, 0])
        #expect(plan.next(at: at(46)) == .wait(until: at(50)))
    }

    @Test func `after a suspension the last run is on time if it is, and the others are missed`() throws {
        var plan = try plan("* * * * *", .skip)
        _ = plan.next(at: start)
        let run = run(plan.next(at: at(180.4)))
        #expect(run?.due == at(180) && run?.missed == 179)
        var late = try self.plan("0 1 * * *", .skip)
        _ = late.next(at: start)
        #expect(late.next(at: at(90)) == .wait(until: at(25 * 60)))
    }

    @Test func `runs missed in an earlier life are made up for`() throws {
        var plan = try plan("0 3 * * *", .runOnce, lastRun: start + .seconds(-3 * 86_400))
        let first = run(plan.next(at: start))
        #expect(first?.due == start + .seconds(-21 * 3_600) && first?.missed == 2)
        #expect(plan.next(at: start) == .wait(until: at(180)))
    }

    @Test func `a clock set back a little makes nothing run again, and one set back far is believed`() throws {
        var plan = try plan("*/10 * * * *", .runAll(limit: 9))
        _ = plan.next(at: start)
        #expect(run(plan.next(at: at(10))) != nil)
        #expect(plan.next(at: at(-30)) == .wait(until: at(20)))
        #expect(plan.next(at: at(-300)) == .wait(until: at(-290)))
    }

    @Test func `a clock set forward by years counts what it can and takes no time`() throws {
        var plan = try plan("* * * * *", .runAll(limit: 3))
        _ = plan.next(at: start)
        let future = start + .seconds(40 * 366 * 86_400)
        let run = run(plan.next(at: future))
        #expect(run?.due == future + .seconds(-180))
        #expect(run?.missed == 997)
    }

    @Test func `a schedule of one run is over after it`() throws {
        var plan = try plan("in 10s", .skip)
        #expect(plan.next(at: start) == .wait(until: start + .seconds(10)))
        #expect(run(plan.next(at: start + .seconds(10))) != nil)
        #expect(plan.next(at: start + .seconds(11)) == .over)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `any clock: runs come in order, none twice, and none is forgotten`(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        var plan = try plan("*/7 * * * *", .runAll(limit: 5))
        var now = start
        var last: ScheduledRun?
        var accounted = 0
        for _ in 0..<500 {
            switch plan.next(at: now) {
            case .run(let run):
                #expect(run.due <= now && run.due > last?.due ?? start, "seed \(seed)")
                #expect(run.number == (last?.number ?? 0) + 1, "seed \(seed)")
                accounted += run.missed + 1
                last = run
                now = now + .seconds(Int64.random(in: 0...2_000, using: &generator))
            case .wait(let time):
                #expect(time > now, "seed \(seed)")
                now =
                    Bool.random(using: &generator)
                    ? time : now + .seconds(Int64.random(in: 1...4_000, using: &generator))
            case .over: Issue.record("seed \(seed): over")
            }
        }
        // Every full seven minutes of an hour, up to the last run.
        let minutes = Int((try #require(last).due - start).components.seconds / 60)
        let due = (1...minutes).count { $0 % 60 % 7 == 0 }
        #expect(accounted == due, "seed \(seed)")
    }
}
