package import HobPolicy

// The beginning and the end of a supervisor's life.
extension Supervision {
    /// Takes over what an earlier life has stored.
    package mutating func restore(revision: Int, environment: [String]) {
        self.revision = revision
        self.environment = environment
    }

    /// Everything is going down for the supervisor's end; a next life goes on with that.
    package mutating func beginShutdown() {
        isShuttingDown = true
        unsaved.concernsScope = true
    }

    /// Takes everything down, dependents first, without touching what is wanted on disk.
    package mutating func takeDownForShutdown(_ slots: [Int], at now: MonotonicInstant) -> [SupervisionAction] {
        beginShutdown()
        for slot in slots { supersede(slot, goingUp: false, at: now) }
        takeDown(slots, force: true, at: now)
        return drain(at: now)
    }
}
