import HobPolicy

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
