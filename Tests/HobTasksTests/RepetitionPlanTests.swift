import HobPolicy
import Testing

@testable import HobTasks

@Suite struct RepetitionPlanTests {
    /// The plan's turns when each run takes this long.
    private func turns(
        _ repetition: Repetition, running works: [Duration], pausing pauses: [Duration] = []
    ) -> [(due: Duration, skipped: Int)] {
        var plan = RepetitionPlan(repetition)
        var now = Duration.zero
        var turns: [(Duration, Int)] = []
        for (index, work) in works.enumerated() {
            let pause = index > 0 && index <= pauses.count ? pauses[index - 1] : .zero
            guard let next = plan.next(at: now, pausing: pause) else { return turns }
            turns.append((next.due, next.tick.skipped))
            now = max(now, next.due) + work
        }
        return turns
    }

    private let grid = Repetition(every: .milliseconds(250), pacing: .strict)

    @Test func `a fixed delay begins at the end of the last run`() {
        let turns = turns(Repetition(every: .seconds(1)), running: [.milliseconds(300), .seconds(5), .zero])
        #expect(turns.map(\.due) == [.zero, .milliseconds(1300), .milliseconds(7300)])
    }

    @Test func `the first run may wait for its interval`() {
        #expect(turns(Repetition(every: .seconds(1), startsImmediately: false), running: [.zero])[0].due == .seconds(1))
    }

    @Test func `a strict interval stays on its grid and skips what an overrun has missed`() {
        let turns = turns(grid, running: [.milliseconds(60), .milliseconds(600), .zero, .zero])
        #expect(turns.map(\.due) == [.zero, .milliseconds(250), .milliseconds(1000), .milliseconds(1250)])
        #expect(turns.map(\.skipped) == [0, 0, 2, 0])
    }

    @Test func `a run as long as a strict interval is no overrun`() {
        let turns = turns(grid, running: [.milliseconds(250), .milliseconds(250), .zero])
        #expect(turns.map(\.due) == [.zero, .milliseconds(250), .milliseconds(500)])
        #expect(turns.allSatisfy { $0.skipped == 0 })
    }

    @Test func `a pause after an error keeps the grid and is no overrun`() {
        let turns = turns(grid, running: [.zero, .zero], pausing: [.milliseconds(600)])
        #expect(turns.map(\.due) == [.zero, .milliseconds(750)])
        #expect(turns.allSatisfy { $0.skipped == 0 })
    }

    @Test func `times beyond all years neither overflow nor come back`() {
        var plan = RepetitionPlan(Repetition(every: .seconds(Int64.max), pacing: .strict))
        _ = plan.next(at: .zero)
        let last = plan.next(at: .seconds(1))?.due
        #expect(plan.next(at: .seconds(2))?.due == last)
    }
}
