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

    /// Whatever is going down has no time left, and neither has what begins to from here on: one signal, then SIGKILL.
    /// The order, dependents first, stays.
    package mutating func hurry(at now: MonotonicInstant) {
        guard isShuttingDown else { return }
        isHurried = true
        for slot in instances.indices where instances[slot] != nil {
            instances[slot]?.machine.hurry(at: now)
            unsaved.slots.append(slot)
        }
    }

    /// Takes everything down, dependents first, without touching what is wanted on disk.
    package mutating func takeDownForShutdown(_ slots: [Int], at now: MonotonicInstant) -> [SupervisionAction] {
        beginShutdown()
        for slot in slots { supersede(slot, goingUp: false, at: now) }
        takeDown(slots, force: true, at: now)
        return drain(at: now)
    }
}
