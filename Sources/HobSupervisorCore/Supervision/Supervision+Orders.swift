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
            for slot in slots { deliver(.reloadRequested, to: slot, at: now) }
            conclude(operation, at: now)
        case .scale(let scales): scale(scales, operation: operation, at: now)
        }
        return drain(at: now)
    }

    private mutating func start(_ slots: [Int], operation: UInt64?, at now: MonotonicInstant) {
        let all = closureOfRequirements(slots)
        begin(operation, goals: all.map { ($0, upGoal(of: $0)) }, at: now)
        raise(all, at: now)
        actions.append(.store)
        conclude(operation, at: now)
    }

    /// Wants instances up.
    mutating func raise(_ slots: [Int], at now: MonotonicInstant) {
        for slot in slots {
            let was = instances[slot]?.isUnsatisfied ?? false
            instances[slot]?.isStopPending = false
            noteSatisfaction(slot, was: was, at: now)
            supersede(slot, goingUp: true, at: now)
        }
        // First all are wanted, then some are released: else an early one would not see whom it has to wait for.
        for slot in slots { deliver(.wantedUp, to: slot, at: now) }
    }

    private mutating func stop(_ slots: [Int], force: Bool, operation: UInt64?, at now: MonotonicInstant) {
        let all = closureOfDependents(slots)
        for slot in all { supersede(slot, goingUp: false, at: now) }
        begin(operation, goals: all.map { ($0, .down) }, at: now)
        takeDown(all, force: force, at: now)
        actions.append(.store)
        conclude(operation, at: now)
    }

    private mutating func restart(_ slots: [Int], force: Bool, operation: UInt64?, at now: MonotonicInstant) {
        let goals = slots.map { ($0, Operation.Goal.up(generation: nextGeneration(of: $0))) }
        begin(operation, goals: goals, at: now)
        for slot in slots {
            let was = instances[slot]?.isUnsatisfied ?? false
            instances[slot]?.isStopPending = false
            noteSatisfaction(slot, was: was, at: now)
        }
        for slot in slots { deliver(.restartRequested(force: force), to: slot, at: now) }
        actions.append(.store)
        conclude(operation, at: now)
    }

    /// The first generation that counts as new; a process that is just being made does.
    func nextGeneration(of slot: Int) -> UInt64 {
        guard let machine = instances[slot]?.machine else { return 1 }
        if case .spawning = machine.phase { return machine.generation }
        return machine.generation + 1
    }

    func upGoal(of slot: Int) -> Operation.Goal {
        .up(generation: instances[slot]?.machine.generation ?? 0)
    }

    private mutating func scale(_ scales: [Request.Scale], operation: UInt64?, at now: MonotonicInstant) {
        var goals: [(Int, Operation.Goal)] = []
        var rising: [Int] = []
        var falling: [Int] = []
        for scale in scales {
            guard let service = services[scale.service], !service.isRetiring else { continue }
            let isUp = service.slots.isEmpty || service.slots.contains { instances[$0]?.wanted == .up }
            services[scale.service]?.scale =
                scale.instances == service.definition.value.instances ? nil : scale.instances
            let (added, dropped) = resize(scale.service, to: scale.instances, at: now)
            if isUp { rising.append(contentsOf: added) }
            falling.append(contentsOf: dropped)
        }
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
            let isCurrent = record.identity == service.definition.value.identity(of: record.identity.index)
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
                        // It was on its way out; it stays after all.
                        instances[slot]?.isRetiring = false
                        if instances[slot]?.isUnsatisfied == true { services[name]?.unsatisfied += 1 }
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
            let was = instances[slot]?.isUnsatisfied ?? false
            instances[slot]?.isRetiring = true
            noteSatisfaction(slot, was: was, at: now)
        }
        takeDown(slots, force: true, at: now)
        for slot in slots where instances[slot]?.machine.isGone == true { retireIfGone(slot) }
    }
}
