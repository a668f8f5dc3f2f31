import HobPolicy

/// A task as a pool keeps it.
struct PooledTask<Work: Sendable>: Sendable {
    var label: String
    /// How long it may run.
    var deadline: Duration?
    /// When it was submitted; zero where nobody asks for times.
    var submitted = MonotonicInstant.zero
    var work: Work
}

/// What a pool hears.
enum TaskPoolInput<Work: Sendable>: Sendable {
    /// A task; who submits it waits under this ticket, or not at all.
    case submitted(PooledTask<Work>, ticket: UInt64?)
    /// Who waits under this ticket does not want to any more.
    case withdrawn(ticket: UInt64)
    /// The task of this slot has ended, and all that is to be done after it.
    case vacated(slot: Int)
    /// The moment that was asked for has come.
    case timer
    /// No further task is taken; all that are left may run until this moment.
    case drain(until: MonotonicInstant)
}

/// What a pool does.
enum TaskPoolAction<Work: Sendable>: Sendable {
    /// Run this task in this slot.
    case run(slot: Int, PooledTask<Work>)
    /// Tell who waits under this ticket that its task was taken.
    case admit(ticket: UInt64)
    /// Tell who waits under this ticket that its task was not taken.
    case refuse(ticket: UInt64, TaskError.Code?)
    /// Cancel the task of this slot.
    case cancel(slot: Int)
    /// Say that this task is stuck; it has been running for so long.
    case reportStuck(label: String, ran: Duration)
    /// Send ``TaskPoolInput/timer`` at this moment, and not at the one that was asked for before.
    case setTimer(MonotonicInstant)
    /// Nothing runs any more, or waiting for it is over.
    case drained
}

/// How the work of a task ended.
enum TaskEnding: Sendable, Hashable {
    case returned
    case threw
    /// By a CancellationError.
    case threwCancellation
}
