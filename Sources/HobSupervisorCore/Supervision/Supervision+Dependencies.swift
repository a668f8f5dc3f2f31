import HobPolicy
import HobProtocol

// Who waits for whom, on the way up and on the way down.
extension Supervision {
    /// The names of the services, and of the instance's own predecessor in its place, that a start waits for.
    package func blockers(of slot: Int) -> [String] {
        guard let record = instances[slot], let service = services[record.identity.service] else { return [] }
        var names: [String] = []
        for name in service.predecessors {
            if let predecessor = services[name], predecessor.unsatisfied > 0 { names.append(name) }
        }
        names += retiringTwins(of: slot).compactMap { instances[$0]?.identity.name }
        return names
    }

    /// Whether there is anything an instance's start waits for: what `blockers(of:)` names, asked in place.
    mutating func isBlocked(_ slot: Int) -> Bool {
        guard let name = instances[slot]?.serviceName() else { return false }
        if let predecessors = services[name]?.startConditions() {
            for name in predecessors where services[name]?.isAwaited() == true { return true }
        }
        return services[name]?.hasRetiring() == true && !retiringTwins(of: slot).isEmpty
    }

    /// A retiring instance of the same number has its port and its place until it is gone.
    private func retiringTwins(of slot: Int) -> [Int] {
        guard let identity = instances[slot]?.identity, let service = services[identity.service], service.retiring > 0
        else { return [] }
        return service.slots.filter { other in
            other != slot && instances[other]?.isRetiring == true && instances[other]?.identity.index == identity.index
        }
    }

    /// Keeps the counts by which others wait: after whatever may have changed an instance's standing.
    mutating func note(_ slot: Int, was before: InstanceRecord.Standing, at now: MonotonicInstant) {
        guard let record = instances[slot] else { return }
        let cameUp = record.machine.satisfiesDependents && record.wanted == .up
        note(record.identity.service, is: record.standing, was: before, cameUp: cameUp, at: now)
    }

    /// Keeps the counts of one service, one of whose instances has another standing than before.
    mutating func note(
        _ name: String, is after: InstanceRecord.Standing, was before: InstanceRecord.Standing, cameUp: Bool,
        at now: MonotonicInstant
    ) {
        if after.isUnsatisfied != before.isUnsatisfied,
            let dependents = services[name]?.changeUnsatisfied(by: after.isUnsatisfied ? 1 : -1)
        {
            for dependent in dependents { satisfied(dependent, cameUp: cameUp, at: now) }
        }
        if after.isLeaving != before.isLeaving, let predecessors = services[name]?.predecessors {
            for predecessor in predecessors {
                let isLoosened = services[predecessor]?.changeLeavingDependents(by: after.isLeaving ? 1 : -1)
                if isLoosened == true { loosen(predecessor) }
            }
        }
    }

    /// One of the services that this one waits for holds it up no longer: all of it is up, or what is not is unwanted.
    private mutating func satisfied(_ name: String, cameUp: Bool, at now: MonotonicInstant) {
        for slot in services[name]?.slots ?? [] {
            switch instances[slot]?.rest() {
            case .waiting: reconsider(slot)
            // What it failed for may have been this.
            case .delayed: if cameUp { step(.dependencyCameUp, slot, at: now) }
            case .other, nil: break
            }
        }
    }

    /// Everything that must be started with these: what they require, and what that requires.
    ///
    /// A task that has run to its end is there already.
    func closureOfRequirements(_ slots: [Int]) -> [Int] {
        var names: [String] = []
        var seenNames: Set<String> = []
        var seen: Set<Int> = Set(slots)
        var result = slots
        func require(_ slot: Int) {
            guard let name = instances[slot]?.identity.service else { return }
            for required in services[name]?.definition.value.requires ?? [] where seenNames.insert(required).inserted {
                names.append(required)
            }
        }
        for slot in slots { require(slot) }
        while let name = names.popLast() {
            for slot in services[name]?.slots ?? [] where seen.insert(slot).inserted {
                guard let record = instances[slot], !record.isRetiring else { continue }
                if !isCompletedTask(record) { result.append(slot) }
                require(slot)
            }
        }
        return result
    }

    func isCompletedTask(_ record: InstanceRecord) -> Bool {
        if case .done = record.machine.phase { record.machine.spec.kind == .task } else { false }
    }

    /// Everything that goes down with these: whatever requires a service that loses all its instances.
    func closureOfDependents(_ slots: [Int]) -> [Int] {
        var seen = Set(slots)
        var seenNames: Set<String> = []
        var result = slots
        var next = 0
        while next < result.count {
            let slot = result[next]
            next += 1
            guard let record = instances[slot], !seenNames.contains(record.identity.service),
                let service = services[record.identity.service],
                service.slots.allSatisfy({ seen.contains($0) || instances[$0]?.wanted == .down })
            else { continue }
            seenNames.insert(record.identity.service)
            for name in dependents(requiring: record.identity.service) {
                for other in services[name]?.slots ?? [] where seen.insert(other).inserted { result.append(other) }
            }
        }
        return result
    }

    /// The services that cannot be without this one.
    private func dependents(requiring name: String) -> [String] {
        (services[name]?.dependents ?? []).filter { services[$0]?.definition.value.requires.contains(name) == true }
    }

    /// Notes an order that is carried out as soon as nothing that relies on the instance is left.
    mutating func pend(_ order: InstanceRecord.PendingOrder, _ slot: Int, at now: MonotonicInstant) {
        guard let record = instances[slot] else { return }
        switch (order, record.pending) {
        case (.stop(force: false), .stop(force: true)), (.restart(force: false), .restart(force: true)): break
        case (.stop, _), (.restart, _): instances[slot]?.pending = order
        }
        unsaved.slots.append(slot)
        note(slot, was: record.standing, at: now)
        loosen(record.identity.service)
    }

    /// It was to go, and its successor to have the new definition; now it stays, and must be replaced.
    ///
    /// Where a rollout will do that, it does so in turn.
    mutating func replaceIfOutdated(_ slot: Int, at now: MonotonicInstant) {
        guard let record = instances[slot], record.isOutdated, record.pending == nil,
            !rollouts.contains(where: { $0.concerns(slot) })
        else { return }
        pend(.restart(force: true), slot, at: now)
    }

    /// Whether an order sends no signal, so that nobody has to go first.
    private func isTakenAtOnce(_ phase: InstancePhase) -> Bool {
        switch phase {
        case .stopped, .waiting, .backingOff, .failed, .done, .ending, .cleaning, .spawning(_, abort: true): true
        case .preparing, .spawning, .starting, .settling, .up, .objecting: false
        }
    }

    /// Takes instances down, those that nobody waits for first.
    mutating func takeDown(_ slots: [Int], force: Bool, at now: MonotonicInstant) {
        order(.stop(force: force), slots, at: now)
    }

    /// Replaces instances' processes, and ends those first that nobody waits for.
    mutating func renew(_ slots: [Int], force: Bool, at now: MonotonicInstant) {
        order(.restart(force: force), slots, at: now)
    }

    private mutating func order(_ order: InstanceRecord.PendingOrder, _ slots: [Int], at now: MonotonicInstant) {
        for slot in slots {
            guard let phase = instances[slot]?.machine.phase else { continue }
            if isTakenAtOnce(phase) {
                step(order.event, slot, takesPending: true, at: now)
            } else {
                pend(order, slot, at: now)
            }
        }
    }

    /// `before_stop` objected: what the instance requires and was to stop after it has to stay, too.
    mutating func refuse(_ slot: Int, _ reason: String, at now: MonotonicInstant) {
        guard let record = instances[slot] else { return }
        for name in services[record.identity.service]?.definition.value.requires ?? [] {
            for other in services[name]?.slots ?? [] {
                guard let required = instances[other], required.pending == .stop(force: false) else { continue }
                instances[other]?.pending = nil
                unsaved.slots.append(other)
                note(other, was: required.standing, at: now)
                replaceIfOutdated(other, at: now)
                let message = "\(record.identity.name) requires it and refused to stop: \(reason)"
                for id in required.operations {
                    guard case .down? = operations[id]?.open[other] else { continue }
                    resolve(
                        id, other,
                        Outcome(
                            instance: required.identity.name, kind: .refused, pid: required.machine.life?.pid,
                            message: message, elapsed: elapsed(of: id, at: now)))
                    finishIfComplete(id)
                }
                refuse(other, reason, at: now)
            }
        }
    }

    /// A service was given up: what requires it cannot be used either, and waits for it in its place.
    mutating func dependencyFailed(_ slot: Int, at now: MonotonicInstant) {
        guard let name = instances[slot]?.identity.service, instances[slot]?.wanted == .up,
            services[name]?.slots.contains(where: { instances[$0]?.machine.satisfiesDependents == true }) == false
        else { return }
        var names = dependents(requiring: name)
        var seen = Set(names)
        var live: [Int] = []
        while let name = names.popLast() {
            for other in services[name]?.slots ?? [] {
                guard let record = instances[other], record.wanted == .up, !record.isRetiring else { continue }
                if !record.machine.isGone, !record.standing.isLeaving { live.append(other) }
            }
            for next in dependents(requiring: name) where seen.insert(next).inserted { names.append(next) }
        }
        renew(live, force: true, at: now)
    }
}
