package import HobPolicy
import HobProtocol

// What people order.
extension Supervision {
    /// Carries out an order.
    ///
    /// - Parameters:
    ///   - order: what is wanted.
    ///   - operation: the number under which `finished` will report; nil when nobody waits.
    ///   - now: the time.
    /// - Returns: what the shell shall do.
    package mutating func handle(
        _ order: Order, operation: UInt64?, at now: MonotonicInstant
    ) -> [SupervisionAction] {
        switch order {
        case .start(let slots): start(slots, operation: operation, at: now)
        case .stop(let slots, let force): stop(slots, force: force, operation: operation, at: now)
        case .restart(let slots, let rolling, let force):
            if rolling {
                beginRollout(slots, force: force, operation: operation, at: now)
            } else {
                restart(slots, force: force, operation: operation, at: now)
            }
        case .reload(let slots):
            begin(operation, goals: slots.map { ($0, .reloaded) }, at: now)
            for slot in slots { step(.reloadRequested, slot, at: now) }
            conclude(operation, at: now)
        case .scale(let scales): scale(scales, operation: operation, at: now)
        }
        return drain(at: now)
    }

    /// Starts what is named, a task that is done once more, and what it requires.
    private mutating func start(_ slots: [Int], operation: UInt64?, at now: MonotonicInstant) {
        let all = closureOfRequirements(slots)
        begin(operation, goals: all.map { ($0, upGoal(of: $0)) }, at: now)
        raise(all, at: now)
        actions.append(.store)
        conclude(operation, at: now)
    }

    /// Wants instances up.
    mutating func raise(_ slots: [Int], at now: MonotonicInstant) {
        cancelPendingStops(slots, at: now)
        for slot in slots {
            supersede(slot, goingUp: true, at: now)
            if let name = instances[slot]?.identity.service { want(name, true) }
            step(.wantedUp, slot, at: now)
        }
    }

    /// Takes back stops that have not begun.
    mutating func cancelPendingStops(_ slots: [Int], at now: MonotonicInstant) {
        for slot in slots {
            guard let record = instances[slot], record.isStopPending else { continue }
            instances[slot]?.pending = nil
            unsaved.slots.append(slot)
            note(slot, was: record.standing, at: now)
        }
    }

    /// Whether an instance that a service gets shall run.
    mutating func want(_ name: String, _ isWanted: Bool) {
        guard services[name]?.isWanted != isWanted else { return }
        services[name]?.isWanted = isWanted
        unsaved.services.append(.changed(name))
    }

    private mutating func stop(_ slots: [Int], force: Bool, operation: UInt64?, at now: MonotonicInstant) {
        let all = closureOfDependents(slots)
        for slot in all { supersede(slot, goingUp: false, at: now) }
        begin(operation, goals: all.map { ($0, .down) }, at: now)
        takeDown(all, force: force, at: now)
        for name in Set(all.compactMap { instances[$0]?.identity.service }) {
            guard let slots = services[name]?.slots else { continue }
            if slots.allSatisfy({ instances[$0]?.wanted == .down }) { want(name, false) }
        }
        actions.append(.store)
        conclude(operation, at: now)
    }

    private mutating func restart(_ slots: [Int], force: Bool, operation: UInt64?, at now: MonotonicInstant) {
        let required = Array(closureOfRequirements(slots).dropFirst(slots.count))
        for slot in slots { supersede(slot, goingUp: true, at: now) }
        let goals = slots.map { ($0, Operation.Goal.up(generation: nextGeneration(of: $0))) }
        begin(operation, goals: goals + required.map { ($0, upGoal(of: $0)) }, at: now)
        raise(required, at: now)
        for slot in slots {
            if let name = instances[slot]?.identity.service { want(name, true) }
        }
        renew(slots, force: force, at: now)
        actions.append(.store)
        conclude(operation, at: now)
    }

    /// The first generation that counts as new.
    func nextGeneration(of slot: Int) -> UInt64 {
        (instances[slot]?.machine.generation ?? 0) + 1
    }

    /// Usable, by the definition in force.
    func upGoal(of slot: Int) -> Operation.Goal {
        guard let machine = instances[slot]?.machine else { return .up(generation: 0) }
        return .up(generation: machine.upcomingNeedsRestart ? machine.generation + 1 : machine.generation)
    }

    private mutating func scale(_ scales: [Request.Scale], operation: UInt64?, at now: MonotonicInstant) {
        var goals: [(Int, Operation.Goal)] = []
        var rising: [Int] = []
        var falling: [Int] = []
        for scale in scales {
            guard let service = services[scale.service], !service.isRetiring else { continue }
            let count = min(max(scale.instances, 0), ServiceDefinition.maximumInstances)
            services[scale.service]?.scale = count == service.definition.value.instances ? nil : count
            unsaved.services.append(.changed(scale.service))
            let (added, dropped) = resize(scale.service, to: count, at: now)
            if service.isWanted { rising.append(contentsOf: added) }
            falling.append(contentsOf: dropped)
        }
        rising = closureOfRequirements(rising)
        goals += rising.map { ($0, upGoal(of: $0)) } + falling.map { ($0, .down) }
        for slot in falling { supersede(slot, goingUp: false, at: now) }
        begin(operation, goals: goals, at: now)
        retire(falling, at: now)
        raise(rising, at: now)
        actions.append(.store)
        conclude(operation, at: now)
    }

    /// Makes the number of a service's instances right on paper.
    ///
    /// - Returns: the slots that are new, and those that are too many and must be retired.
    mutating func resize(
        _ name: String, to count: Int, at now: MonotonicInstant
    ) -> (added: [Int], dropped: [Int]) {
        guard let service = services[name] else { return ([], []) }
        var present: [Int: Int] = [:]
        var dropped: [Int] = []
        for slot in service.slots {
            guard let record = instances[slot] else { continue }
            // The port may differ, and comes with the definition; another name is another instance.
            let name = service.definition.value.identity(of: record.identity.index).name
            let isCurrent = record.identity.name == name
            if record.identity.index <= count, isCurrent {
                present[record.identity.index] = slot
            } else if !record.isRetiring {
                dropped.append(slot)
            }
        }
        var added: [Int] = []
        if count > 0 {
            for index in 1...count {
                if let slot = present[index] {
                    if instances[slot]?.isRetiring == true {
                        // It was on its way out; it stays after all, by the definition of today.
                        keep(slot, at: now)
                        added.append(slot)
                    }
                } else {
                    let slot = add(service.definition.value.identity(of: index), of: service.definition, at: now)
                    services[name]?.slots.append(slot)
                    added.append(slot)
                }
            }
        }
        services[name]?.slots.sort { left, right in
            (instances[left]?.identity.index ?? 0) < (instances[right]?.identity.index ?? 0)
        }
        return (added, dropped)
    }

    /// Takes instances down for good.
    mutating func retire(_ slots: [Int], at now: MonotonicInstant) {
        for slot in slots {
            guard let record = instances[slot] else { continue }
            if !record.isRetiring { services[record.identity.service]?.retiring += 1 }
            instances[slot]?.isRetiring = true
            unsaved.slots.append(slot)
            note(slot, was: record.standing, at: now)
        }
        takeDown(slots, force: true, at: now)
    }

    private mutating func keep(_ slot: Int, at now: MonotonicInstant) {
        guard let record = instances[slot] else { return }
        instances[slot]?.isRetiring = false
        unsaved.slots.append(slot)
        services[record.identity.service]?.retiring -= 1
        note(slot, was: record.standing, at: now)
        _ = adoptDefinition(slot, at: now)
    }
}
