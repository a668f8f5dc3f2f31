import HobPolicy

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
