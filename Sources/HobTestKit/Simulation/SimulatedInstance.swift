import HobPolicy
import HobSupervisorCore

/// What exists of one instance in the simulated machine, and what its shell has in hand.
struct SimulatedInstance: Sendable {
    /// A main process.
    struct Main: Sendable {
        var pid: Int32
        var generation: UInt64
        /// What it leaves when it ends, and for how long that stays.
        var leaves: Duration?
        /// It has ended; its end may not have been told yet.
        var isDead = false
        var isDying = false
    }

    /// Tells this use of a slot from an earlier one.
    var incarnation: UInt64
    var behaviour: SimulatedBehaviour
    /// The spawn that is still to be answered.
    var spawn: UInt64?
    /// The main process until its end was told.
    var main: Main?
    /// The left-overs that live, by number.
    var leftovers: Set<UInt64> = []
    /// The hooks that run, by the number of their run.
    var hooks: [HookKind: UInt64] = [:]
    /// The signal with which what is left is being ended; nil when nobody asked.
    var sweep: Int32?
    var isWatchingReadiness = false
    /// The instant the shell's timer is set to.
    var timer: MonotonicInstant?
}
