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

    var freeSlots: [Int] = []
    var operations: [UInt64: Operation] = [:]
    var rollouts: [Rollout] = []
    var generator: SplitMix64
    /// What the event at hand has led to so far.
    var actions: [SupervisionAction] = []
    /// Instances that came to rest in `waiting` and may be startable.
    private var candidates: [Int] = []
    private var scratch: [InstanceAction] = []

    /// Makes a supervision of nothing.
    ///
    /// - Parameter seed: the seed of all jitter.
    package init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    /// Something happened to an instance.
    package mutating func handle(_ event: InstanceEvent, slot: Int, at now: MonotonicInstant) -> [SupervisionAction] {
        guard instances.indices.contains(slot), instances[slot] != nil else { return [] }
        deliver(event, to: slot, at: now)
        return drain(at: now)
    }

    /// The client of an operation waits no longer.
    package mutating func expire(operation id: UInt64, at now: MonotonicInstant) -> [SupervisionAction] {
        expireOperation(id, at: now)
        return drain(at: now)
    }

    /// Lets everything come to rest, and hands out what was decided.
    mutating func drain(at now: MonotonicInstant) -> [SupervisionAction] {
        while let slot = candidates.popLast() { releaseIfPossible(slot, at: now) }
        let result = actions
        actions.removeAll(keepingCapacity: true)
        return result
    }

    /// Gives an event to one machine and draws the consequences for everybody else.
    mutating func deliver(_ event: InstanceEvent, to slot: Int, at now: MonotonicInstant) {
        guard let record = instances[slot] else { return }
        if case .processEnded(let outcome) = event {
            if let life = record.machine.life {
                instances[slot]?.lastExit = InstanceRecord.LastExit(outcome: outcome, at: now, pid: life.pid)
            }
            // Its turn to stop had not come, and now it needs none: what is gone must not come back.
            if record.isStopPending { letGo(slot, force: true, at: now) }
        }
        step(event, slot, at: now)
    }

    private mutating func step(_ event: InstanceEvent, _ slot: Int, at now: MonotonicInstant) {
        guard let before = instances[slot] else { return }
        let stateBefore = before.machine.state
        let wasUnsatisfied = before.isUnsatisfied
        let wasGone = before.machine.isGone
        var produced = scratch
        scratch = []
        produced.removeAll(keepingCapacity: true)
        instances[slot]?.machine.handle(event, at: now, using: &generator, into: &produced)
        guard let after = instances[slot] else { return }

        let state = after.machine.state
        if state != stateBefore {
            instances[slot]?.since = now
            actions.append(.changed(slot: slot, state))
        }
        for action in produced {
            if case .report(let report) = action { hear(report, from: slot, at: now) }
            actions.append(.act(slot: slot, action))
        }
        scratch = produced
        noteSatisfaction(slot, was: wasUnsatisfied, at: now)
        if case .waiting = after.machine.phase { candidates.append(slot) }
        if state == .failed, stateBefore != .failed { dependencyFailed(slot, at: now) }
        if after.machine.isGone, !wasGone { becameGone(slot, at: now) }
        if after.machine.isGone, after.isRetiring { retireIfGone(slot) }
    }

    /// Puts an instance on the list of those that may be startable.
    mutating func reconsider(_ slot: Int) {
        candidates.append(slot)
    }

    private mutating func releaseIfPossible(_ slot: Int, at now: MonotonicInstant) {
        guard instances.indices.contains(slot), let record = instances[slot], case .waiting = record.machine.phase,
            blockers(of: slot).isEmpty
        else { return }
        deliver(.released, to: slot, at: now)
    }

    /// Delivers the wish to be gone, now that it is the instance's turn.
    mutating func letGo(_ slot: Int, force: Bool, at now: MonotonicInstant) {
        let was = instances[slot]?.isUnsatisfied ?? false
        instances[slot]?.isStopPending = false
        noteSatisfaction(slot, was: was, at: now)
        step(.wantedDown(force: force), slot, at: now)
    }

    /// Gives a new instance a slot.
    mutating func add(_ identity: InstanceIdentity, of definition: DefinitionBox, at now: MonotonicInstant) -> Int {
        let record = InstanceRecord(
            machine: InstanceMachine(definition: definition), identity: identity, since: now)
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
            instances[slot] = record
        } else {
            slot = instances.count
            instances.append(record)
        }
        actions.append(.added(slot: slot))
        return slot
    }

    /// Removes a retiring instance that is gone, and its service after the last one.
    mutating func retireIfGone(_ slot: Int) {
        guard let record = instances[slot], record.isRetiring, record.machine.isGone else { return }
        let name = record.identity.service
        instances[slot] = nil
        freeSlots.append(slot)
        actions.append(.removed(slot: slot))
        services[name]?.slots.removeAll { $0 == slot }
        for other in services[name]?.slots ?? [] { reconsider(other) }
        if let service = services[name], service.isRetiring, service.slots.isEmpty {
            services[name] = nil
            order.removeAll { $0 == name }
        }
    }
}
