import HobPolicy
import Logging

/// Waits for one turn of a repetition after the other.
struct Pacer {
    private let ticks: TickSequence
    private var plan: RepetitionPlan
    private var timeline: Timeline?
    private var shutdown: ShutdownWatch?
    private var isOver = false

    init(_ ticks: TickSequence) {
        self.ticks = ticks
        plan = RepetitionPlan(ticks.repetition)
    }

    /// Waits for the next turn; nil at the end.
    ///
    /// - Parameter pause: How long to wait at least, for an error's sake.
    mutating func next(
        pausing pause: Duration = .zero, isolation: isolated (any Actor)?
    ) async throws(TaskError) -> Tick? {
        if isOver { return nil }
        if timeline == nil { try ticks.repetition.check() }
        let timeline: Timeline
        if let present = self.timeline {
            timeline = present
        } else {
            timeline = Timeline(ticks.clock)
            self.timeline = timeline
            shutdown = ticks.shutdown.map(ShutdownWatch.init)
        }
        guard !Task.isCancelled, shutdown?.isOver != true, let next = plan.next(at: timeline.elapsed(), pausing: pause)
        else {
            isOver = true
            return nil
        }
        if next.tick.skipped > 0 { warn(next.tick) }
        let isDue = await wait(on: timeline, until: next.due, isolation: isolation)
        isOver = !isDue
        return isDue ? next.tick : nil
    }

    private func warn(_ tick: Tick) {
        ticks.logger?.warning(
            "run \(tick.number - 1) took longer than its interval",
            metadata: ["interval": "\(ticks.repetition.interval.brief)", "skipped": "\(tick.skipped)"])
    }

    /// False when there is to be no further turn.
    private func wait(on timeline: Timeline, until due: Duration, isolation: isolated (any Actor)?) async -> Bool {
        guard let shutdown else {
            return (try? await timeline.sleep(due)) != nil && !Task.isCancelled
        }
        return await withTaskGroup(of: Bool.self, isolation: isolation) { group in
            group.addTask { (try? await timeline.sleep(due)) != nil }
            group.addTask {
                await shutdown.wait()
                return false
            }
            let isDue = await group.next() ?? false
            group.cancelAll()
            return isDue && !Task.isCancelled && !shutdown.isOver
        }
    }
}
