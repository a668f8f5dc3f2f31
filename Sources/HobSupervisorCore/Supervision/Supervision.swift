package import HobPolicy
import HobProtocol

/// All services of a scope: routes events to instances, and decides who may start, who must wait and who goes first.
///
/// Pure: the shell passes in what happened and when, and carries out what comes back. Work per event does not grow with
/// the number of services, except where an event concerns them all.
package struct Supervision: Sendable {
    /// The services by name.
    package internal(set) var services: [String: ServiceRecord] = [:]
    /// The names in the order of the file.
    package internal(set) var order: [String] = []
    /// The instances by slot; nil is a free slot.
    package internal(set) var instances: [InstanceRecord?] = []
    /// The number of the applied set; grows with every apply that changed something.
    package internal(set) var revision = 0
    /// The base environment of every process.
    package internal(set) var environment: [String] = []

    /// Everything is going down for good.
    package internal(set) var isShuttingDown = false
    /// Nobody has the patience for it any more.
    var isHurried = false
    /// What is to be written to the journal before anything is acted upon.
    var unsaved = UnsavedChanges()
    /// How many definitions were ever numbered.
    var definitionCount: UInt64 = 0
    var freeSlots: [Int] = []
    var freeRows: [Int] = []
    var rowCount = 0
    var operations: [UInt64: Operation] = [:]
    var rollouts: [Rollout] = []
    var generator: SplitMix64
    /// What the event at hand has led to so far.
    var actions: [SupervisionAction] = []
    /// Whether a rollout may have a next step to take.
    var hasRolloutNews = false
    /// Instances that came to rest in `waiting` and may be startable.
    private var candidates: [Int] = []
    private var nextCandidate = 0
    /// Services whose pending orders may have become due.
    private var loosened: [String] = []
    private var scratch: [InstanceAction] = []

    /// Makes a supervision of nothing.
    ///
    /// - Parameter seed: the seed of all jitter.
    package init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    /// Something happened to an instance.
    package mutating func handle(_ event: InstanceEvent, slot: Int, at now: MonotonicInstant) -> [SupervisionAction] {
        guard instances.indices.contains(slot) else { return [] }
        step(event, slot, at: now)
        return drain(at: now)
    }

    /// The client of an operation waits no longer.
    package mutating func expire(operation id: UInt64, at now: MonotonicInstant) -> [SupervisionAction] {
        expireOperation(id, at: now)
        return drain(at: now)
    }

    /// Lets everything come to rest, and hands out what was decided.
    ///
    /// What one instance means for another is only noted while an order is carried out, and decided here: so nobody is
    /// let go or released on the word of a state that the next line of the same order changes.
    mutating func drain(at now: MonotonicInstant) -> [SupervisionAction] {
        while true {
            if hasRolloutNews {
                // Whose turn comes now has to go before what it relies on, and that may be let go next.
                hasRolloutNews = false
                advanceRollouts(at: now)
            } else if let name = loosened.popLast() {
                carryOutPending(of: name, at: now)
            } else if nextCandidate < candidates.count {
                // First come, first served: those that wait for nothing start in the order of the file.
                nextCandidate += 1
                releaseIfPossible(candidates[nextCandidate - 1], at: now)
            } else {
                break
            }
        }
        candidates.removeAll(keepingCapacity: true)
        nextCandidate = 0
        let result = actions
        actions = []
        return result
    }

    /// Lets go of buffers that only a burst of events needs.
    package mutating func giveBackMemory() {
        candidates = []
        loosened = []
        scratch = []
    }

    /// Gives an event to one machine and notes what follows for everybody else.
    ///
    /// - Parameter takesPending: the event is the pending order's, which is over with it.
    mutating func step(_ event: InstanceEvent, _ slot: Int, takesPending: Bool = false, at now: MonotonicInstant) {
        var produced = scratch
        scratch = []
        let taken = instances[slot]?.take(
            event, takesPending: takesPending, at: now, using: &generator, into: &produced)
        guard let passage = taken else { return }
        if isHurried { instances[slot]?.machine.hurry(at: now) }
        unsaved.slots.append(slot)
        if let state = passage.newState { actions.append(.changed(slot: slot, state)) }
        if passage.tookDefinition { actions.append(.redefined(slot: slot)) }
        for action in produced {
            if case .report(let report) = action { hear(report, from: slot, at: now) }
            actions.append(.act(slot: slot, action))
        }
        produced.removeAll(keepingCapacity: true)
        scratch = produced
        if passage.after != passage.before {
            note(passage.service, is: passage.after, was: passage.before, cameUp: passage.cameUp, at: now)
        }
        if passage.failed { dependencyFailed(slot, at: now) }
        if passage.isWaiting { candidates.append(slot) }
        followUp(event, passage, slot, at: now)
    }

    /// What the instance itself still has to do after an event.
    private mutating func followUp(
        _ event: InstanceEvent, _ passage: InstanceRecord.Passage, _ slot: Int, at now: MonotonicInstant
    ) {
        if let pending = passage.pending {
            var ended = false
            if case .processEnded = event { ended = true }
            // Its turn had not come, and now it needs none: what is gone cannot be taken from those that wait for it.
            if passage.isGone || ended { step(pending.event, slot, takesPending: true, at: now) }
        } else if passage.isOutdated {
            replaceIfOutdated(slot, at: now)
        }
        if passage.isGone, passage.isRetiring { retireIfGone(slot) }
    }

    /// Puts an instance on the list of those that may be startable.
    mutating func reconsider(_ slot: Int) {
        candidates.append(slot)
    }

    /// Puts a service on the list of those whose pending orders may be due.
    mutating func loosen(_ name: String) {
        loosened.append(name)
    }

    private mutating func releaseIfPossible(_ slot: Int, at now: MonotonicInstant) {
        guard instances.indices.contains(slot), instances[slot]?.rest() == .waiting, !isBlocked(slot) else { return }
        step(.released, slot, at: now)
    }

    private mutating func carryOutPending(of name: String, at now: MonotonicInstant) {
        guard let service = services[name], service.leavingDependents == 0 else { return }
        for slot in service.slots {
            guard let pending = instances[slot]?.pending else { continue }
            step(pending.event, slot, takesPending: true, at: now)
        }
    }

    /// Gives a new instance a slot.
    mutating func add(_ identity: InstanceIdentity, of definition: DefinitionBox, at now: MonotonicInstant) -> Int {
        let record = InstanceRecord(identity, of: definition, since: now)
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
            instances[slot] = record
        } else {
            slot = instances.count
            instances.append(record)
        }
        actions.append(.added(slot: slot))
        unsaved.slots.append(slot)
        return slot
    }

    /// Removes a retiring instance that is gone, and its service after the last one.
    mutating func retireIfGone(_ slot: Int) {
        guard let record = instances[slot], record.isRetiring, record.machine.isGone else { return }
        let name = record.identity.service
        abandonOperations(of: slot)
        instances[slot] = nil
        unsaved.slots.append(slot)
        freeSlots.append(slot)
        actions.append(.removed(slot: slot))
        services[name]?.retiring -= 1
        services[name]?.slots.removeAll { $0 == slot }
        guard let service = services[name] else { return }
        if service.slots.count > service.retiring {
            for other in service.slots where instances[other]?.identity.index == record.identity.index {
                reconsider(other)
            }
        }
        if service.isRetiring, service.slots.isEmpty { removeService(name) }
    }

    mutating func removeService(_ name: String) {
        for predecessor in services[name]?.predecessors ?? [] {
            services[predecessor]?.dependents.removeAll { $0 == name }
        }
        if let row = services[name]?.row {
            freeRows.append(row)
            unsaved.services.append(.gone(row: row))
        }
        services[name] = nil
        order.removeAll { $0 == name }
    }
}
