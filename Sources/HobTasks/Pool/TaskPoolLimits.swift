import HobPolicy

/// How much a pool does at once, and how long it waits.
public struct TaskPoolLimits: Sendable, Hashable {
    /// How many tasks run at most, stuck ones not counted; 1 or more.
    public var running: Int
    /// How many tasks wait in the queue at most, 0 or more; who submits one more waits, too. Default: 1,000.
    public var queued: Int
    /// How many stuck tasks have their slot replaced by a spare one, 0 or more. Default: as many as may run.
    public var spares: Int
    /// The deadline of tasks that name none of their own; nil or zero: none.
    public var deadline: Duration?
    /// How long a cancelled task may clean up before it counts as stuck. Default: 1 s.
    public var stuckAfter: Duration

    /// Makes limits; what is wrong with them is told when a pool is made.
    public init(
        running: Int, queued: Int = 1_000, spares: Int? = nil, deadline: Duration? = nil,
        stuckAfter: Duration = .seconds(1)
    ) {
        self.running = running
        self.queued = queued
        self.spares = spares ?? running
        self.deadline = deadline
        self.stuckAfter = stuckAfter
    }

    /// Throws when they cannot be kept.
    func check() throws(TaskError) {
        guard running >= 1, running <= 1 << 20 else {
            throw TaskError(.badOptions, "a pool with a limit of \(running) is none: give 1 to 1048576")
        }
        guard queued >= 0, spares >= 0, spares <= 1 << 20 else {
            throw TaskError(
                .badOptions, "queued: \(queued) and spares: \(spares) must not be below zero, nor spares above 1048576")
        }
        guard stuckAfter >= .zero else {
            throw TaskError(.badOptions, "stuckAfter: \(stuckAfter.brief) must not be below zero")
        }
        _ = try TaskError.checkedLimit(deadline, "a task pool")
    }
}
