import HobPolicy

/// Waits for one run of a schedule after the other, on the clock that counts for it.
struct SchedulePacer {
    private struct Course {
        var plan: SchedulePlan
        /// Where time that passes counts, not the clock on the wall.
        var timeline: Timeline?
        var beginning: UnixTime
        var shutdown: ShutdownWatch?
    }

    private let runs: ScheduledRuns
    private var course: Course?
    private var isOver = false

    init(_ runs: ScheduledRuns) {
        self.runs = runs
    }

    /// Waits for the next run; nil at the end.
    mutating func next(isolation: isolated (any Actor)?) async throws(TaskError) -> ScheduledRun? {
        if isOver { return nil }
        if course == nil { course = try begin() }
        while var course = course.take() {
            if Task.isCancelled || course.shutdown?.isOver == true { break }
            let now = course.timeline.map { course.beginning + $0.elapsed() } ?? runs.calendar.now
            let step = course.plan.next(at: now)
            self.course = course
            switch step {
            case .run(let run): return run
            case .wait(let time):
                runs.willWait?()
                await wait(until: time, course, isolation: isolation)
            case .over:
                isOver = true
                return nil
            }
        }
        isOver = true
        return nil
    }

    private func begin() throws(TaskError) -> Course {
        let source = try runs.source.get()
        let now = runs.calendar.now
        return Course(
            plan: SchedulePlan(
                source.schedule, in: source.zone, missed: source.missed, at: now, lastRun: source.lastRun),
            timeline: source.schedule.countsElapsedTime ? Timeline(runs.clock) : nil, beginning: now,
            shutdown: runs.shutdown.map(ShutdownWatch.init))
    }

    /// Waits until that time, or a shutdown, or cancellation, or because the clock was set: the caller looks again.
    private func wait(until time: UnixTime, _ course: Course, isolation: isolated (any Actor)?) async {
        let calendar = runs.calendar
        let timeline = course.timeline
        let beginning = course.beginning
        @Sendable func sleep() async {
            if let timeline {
                try? await timeline.sleep(time - beginning)
            } else {
                try? await calendar.sleep(until: time)
            }
        }
        guard let shutdown = course.shutdown else { return await sleep() }
        await withTaskGroup(of: Void.self, isolation: isolation) { group in
            group.addTask { await sleep() }
            group.addTask { await shutdown.wait() }
            _ = await group.next()
            group.cancelAll()
        }
    }
}
