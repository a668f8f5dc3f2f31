import HobPolicy
import HobProtocol

// Telling those who wait what came of their orders.
extension Supervision {
    mutating func begin(_ id: UInt64?, goals: [(Int, Operation.Goal)], at now: MonotonicInstant) {
        guard let id else { return }
        var operation = Operation(began: now)
        for (slot, goal) in goals {
            guard let record = instances[slot], operation.open[slot] == nil else { continue }
            unsaved.slots.append(slot)
            if let outcome = outcomeInAdvance(goal, record) {
                operation.outcomes.append(outcome)
                instances[slot]?.settled = InstanceEntry.SettledMark(operation: id, outcome: outcome)
            } else {
                operation.open[slot] = goal
                instances[slot]?.operations.append(id)
            }
        }
        operations[id] = operation
    }

    /// What needs no doing at all.
    private func outcomeInAdvance(_ goal: Operation.Goal, _ record: InstanceRecord) -> Outcome? {
        let name = record.identity.name
        switch goal {
        case .up(let generation):
            guard generation <= record.machine.generation, record.wanted == .up, record.machine.spec.kind == .service
            else { return nil }
            switch record.machine.phase {
            case .up(let life, _), .objecting(let life, _, _, isRestart: true):
                return Outcome(instance: name, kind: .alreadyUp, pid: life.pid)
            case .objecting, .stopped, .waiting, .preparing, .spawning, .starting, .settling, .ending, .cleaning,
                .backingOff, .failed, .done:
                return nil
            }
        case .down:
            switch record.machine.phase {
            case .stopped, .done: return Outcome(instance: name, kind: .alreadyDown)
            case .waiting, .preparing, .spawning, .starting, .settling, .up, .objecting, .ending, .cleaning,
                .backingOff, .failed:
                return nil
            }
        case .done:
            guard case .done(let outcome) = record.machine.phase else {
                return Outcome(instance: name, kind: .alreadyUp, pid: record.machine.life?.pid)
            }
            return Outcome(instance: name, kind: .completed, status: outcome.shellStatus)
        case .reloaded: return nil
        }
    }

    /// The order has been carried out; from now on its operation may finish.
    mutating func conclude(_ id: UInt64?, at now: MonotonicInstant) {
        guard let id else { return }
        // An order that took back an earlier one may be fulfilled by what never changed.
        for (slot, goal) in operations[id]?.open ?? [:] {
            guard let record = instances[slot], var outcome = outcomeInAdvance(goal, record) else { continue }
            outcome.elapsed = elapsed(of: id, at: now)
            resolve(id, slot, outcome)
        }
        operations[id]?.isArmed = true
        finishIfComplete(id)
    }

    mutating func finishIfComplete(_ id: UInt64) {
        guard let operation = operations[id], operation.isArmed, operation.open.isEmpty else { return }
        guard !rollouts.contains(where: { $0.operation == id }) else { return }
        operations[id] = nil
        actions.append(.finished(operation: id, operation.outcomes))
    }

    /// An instance has something to tell.
    mutating func hear(_ report: InstanceReport, from slot: Int, at now: MonotonicInstant) {
        for id in operations.isEmpty ? [] : instances[slot]?.operations ?? [] {
            guard let goal = operations[id]?.open[slot], let record = instances[slot],
                var outcome = outcome(of: report, for: goal, record)
            else { continue }
            outcome.elapsed = elapsed(of: id, at: now)
            resolve(id, slot, outcome)
            if outcome.kind == .failed, case .up = goal {
                abandonDependents(of: slot, in: id, because: outcome, at: now)
            }
            finishIfComplete(id)
        }
        hearForRollouts(report, from: slot, at: now)
        if case .stopRefused(let reason) = report { refuse(slot, reason, at: now) }
    }

    private func outcome(
        of report: InstanceReport, for goal: Operation.Goal, _ record: InstanceRecord
    ) -> Outcome? {
        let name = record.identity.name
        let machine = record.machine
        switch (goal, report) {
        case (.up(let generation), .cameUp):
            guard machine.generation >= generation, machine.spec.kind == .service else { return nil }
            return Outcome(instance: name, kind: .started, pid: machine.life?.pid)
        case (.up(let generation), .startFailed(let reason, let status)):
            guard machine.generation >= generation else { return nil }
            let readiness = machine.spec.readiness
            // Who waits for it wants to know what has not come; the machine does not know its own port.
            let isLate = reason == readiness.lateness
            let missing = isLate ? ": waited for \(readiness.summary(for: record.identity))" : ""
            return Outcome(instance: name, kind: .failed, status: status, message: reason + missing)
        case (.up(let generation), .completed(let outcome)):
            guard machine.generation >= generation else { return nil }
            let isNormal = machine.spec.restart.isNormal(outcome)
            return Outcome(
                instance: name, kind: isNormal ? .completed : .failed, status: outcome.shellStatus,
                message: isNormal ? nil : outcome.description)
        case (.up, .stopRefused(let reason)), (.down, .stopRefused(let reason)):
            return Outcome(instance: name, kind: .refused, pid: machine.life?.pid, message: reason)
        case (.up, .unkillable(let reason)), (.down, .unkillable(let reason)):
            return Outcome(instance: name, kind: .failed, pid: machine.life?.pid, message: reason)
        case (.down, .gone(let killed, let complaint)):
            if let complaint { return Outcome(instance: name, kind: .failed, message: complaint) }
            return Outcome(instance: name, kind: killed ? .killed : .stopped)
        case (.reloaded, .reloaded(let complaint)):
            return Outcome(instance: name, kind: complaint == nil ? .reloaded : .failed, message: complaint)
        case (.done, _), (.reloaded, .cameUp), (.reloaded, .startFailed), (.reloaded, .gone), (.reloaded, .unkillable),
            (.reloaded, .stopRefused), (.reloaded, .completed), (.reloaded, .exited), (.up, .gone), (.up, .reloaded),
            (.up, .exited), (.down, .cameUp), (.down, .startFailed), (.down, .completed), (.down, .reloaded),
            (.down, .exited):
            return nil
        }
    }

    func elapsed(of id: UInt64, at now: MonotonicInstant) -> Int64 {
        guard let operation = operations[id] else { return 0 }
        return (now - operation.began).wholeNanoseconds / 1_000_000
    }

    mutating func resolve(_ id: UInt64, _ slot: Int, _ outcome: Outcome) {
        operations[id]?.open[slot] = nil
        operations[id]?.outcomes.append(outcome)
        instances[slot]?.operations.removeAll { $0 == id }
        instances[slot]?.settled = InstanceEntry.SettledMark(operation: id, outcome: outcome)
        unsaved.slots.append(slot)
    }

    /// What waits for an instance that failed will not come up either; its waiter is told so at once.
    private mutating func abandonDependents(
        of slot: Int, in id: UInt64, because cause: Outcome, at now: MonotonicInstant
    ) {
        guard let record = instances[slot] else { return }
        var names = services[record.identity.service]?.dependents ?? []
        var seen = Set(names)
        while let name = names.popLast() {
            for other in services[name]?.slots ?? [] {
                guard case .up? = operations[id]?.open[other], let waiting = instances[other],
                    case .waiting = waiting.machine.phase
                else { continue }
                resolve(
                    id, other,
                    Outcome(
                        instance: waiting.identity.name, kind: .failed,
                        message: "waits for \(cause.instance), which failed", elapsed: elapsed(of: id, at: now)))
            }
            for next in services[name]?.dependents ?? [] where seen.insert(next).inserted { names.append(next) }
        }
    }

    /// An instance is removed; whoever still waits for it is told.
    mutating func abandonOperations(of slot: Int) {
        for id in instances[slot]?.operations ?? [] {
            guard let record = instances[slot], operations[id]?.open[slot] != nil else { continue }
            resolve(id, slot, Outcome(instance: record.identity.name, kind: .superseded, message: "it was removed"))
            finishIfComplete(id)
        }
    }

    /// A new order replaces those that want the opposite.
    mutating func supersede(_ slot: Int, goingUp: Bool, at now: MonotonicInstant) {
        if !goingUp { cancelRollouts(concerning: slot, at: now) }
        for id in instances[slot]?.operations ?? [] {
            guard let goal = operations[id]?.open[slot], let record = instances[slot] else { continue }
            switch goal {
            case .up where goingUp, .reloaded, .done: continue
            case .down where !goingUp: continue
            case .up, .down:
                let message = goingUp ? "a later order started it" : "a later order stopped it"
                resolve(
                    id, slot,
                    Outcome(
                        instance: record.identity.name, kind: .superseded, message: message,
                        elapsed: elapsed(of: id, at: now)))
                finishIfComplete(id)
            }
        }
    }

    mutating func expireOperation(_ id: UInt64, at now: MonotonicInstant) {
        guard let operation = operations[id] else { return }
        for (slot, _) in operation.open.sorted(by: { $0.key < $1.key }) {
            guard let record = instances[slot] else { continue }
            var message = "still \(record.machine.state.rawValue)"
            let blockers = blockers(of: slot)
            if case .waiting = record.machine.phase, !blockers.isEmpty {
                message += ": waits for \(blockers.joined(separator: ", "))"
            }
            resolve(
                id, slot,
                Outcome(
                    instance: record.identity.name, kind: .timedOut, pid: record.machine.life?.pid, message: message,
                    elapsed: elapsed(of: id, at: now)))
        }
        for index in rollouts.indices.reversed() where rollouts[index].operation == id { endRollout(index, at: now) }
        finishIfComplete(id)
    }
}
