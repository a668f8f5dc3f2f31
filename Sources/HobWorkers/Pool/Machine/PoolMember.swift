import HobPolicy

/// A living worker as its pool knows it.
struct PoolMember: Hashable, Sendable {
    /// Where it is in its life.
    enum Phase: Hashable, Sendable {
        case starting, ready
        /// Asked to end; the number of steps taken.
        case stopping(step: Int)
        case killed
    }

    let slot: Int
    var phase = Phase.starting
    var readyAt: MonotonicInstant?
    var cause = PoolCause.unasked
}
