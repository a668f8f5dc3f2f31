import HobPolicy
import HobProtocol

// Rolling restarts: never two instances of a service down at once.
extension Supervision {
    mutating func beginRollout(_ slots: [Int], force: Bool, operation: UInt64?, at now: MonotonicInstant) {
        let required = Array(closureOfRequirements(slots).dropFirst(slots.count))
        for slot in slots { supersede(slot, goingUp: true, at: now) }
        let turns = slots.enumerated().map { position, slot in
            Rollout.Turn(
                slot: slot, service: instances[slot]?.identity.service ?? "", generation: nextGeneration(of: slot),
                position: position)
        }
        begin(
            operation,
            goals: turns.map { ($0.slot, .up(generation: $0.generation)) } + required.map { ($0, upGoal(of: $0)) },
            at: now)
        cancelPendingStops(slots, at: now)
        raise(required, at: now)
        unsaved.slots.append(contentsOf: slots)
        rollouts.append(
            Rollout(
                number: (rollouts.map(\.number).max() ?? 0) + 1, remaining: turns, force: force,
                operation: operation))
        advanceRollouts(at: now)
        actions.append(.store)
        conclude(operation, at: now)
    }

    /// Lets each rollout take its next step, if its last one succeeded and no earlier rollout has the same services.
    mutating func advanceRollouts(at now: MonotonicInstant) {
        var busy: Set<String> = []
        var index = 0
        while index < rollouts.count {
            let isBlocked = !busy.isDisjoint(with: rollouts[index].services)
            if !isBlocked, rollouts[index].current == nil { takeTurn(index, at: now) }
            if rollouts[index].current == nil, rollouts[index].remaining.isEmpty {
                let operation = rollouts.remove(at: index).operation
                if let operation { finishIfComplete(operation) }
            } else {
                busy.formUnion(rollouts[index].services)
                index += 1
            }
        }
    }

    private mutating func takeTurn(_ index: Int, at now: MonotonicInstant) {
        while let turn = rollouts[index].remaining.popFirst() {
            unsaved.slots.append(turn.slot)
            rollouts[index].current = turn
            guard let record = instances[turn.slot] else {
                rollouts[index].endTurn()
                continue
            }
            if record.machine.generation >= turn.generation, record.wanted == .up {
                // Something else has replaced its process meanwhile: as good as ours, once it can be used.
                guard record.machine.satisfiesDependents, record.pending == nil else { return }
                rollouts[index].endTurn()
                continue
            }
            let force = rollouts[index].force
            want(record.identity.service, true)
            renew([turn.slot], force: force, at: now)
            return
        }
    }

    /// What an instance reports may be what a rollout waits for.
    mutating func hearForRollouts(_ report: InstanceReport, from slot: Int, at now: MonotonicInstant) {
        guard !rollouts.isEmpty, let machine = instances[slot]?.machine else { return }
        var index = 0
        while index < rollouts.count {
            guard let turn = rollouts[index].current, turn.slot == slot else {
                index += 1
                continue
            }
            let isNew = machine.generation >= turn.generation
            switch report {
            case .cameUp where isNew && machine.spec.kind == .service:
                rollouts[index].endTurn()
                hasRolloutNews = true
            case .completed(let outcome) where isNew:
                if machine.spec.restart.isNormal(outcome) {
                    rollouts[index].endTurn()
                    hasRolloutNews = true
                } else {
                    // The others are left as they are: half a service that works beats a whole one that does not.
                    abandonRollout(index, "did not succeed", .failed, at: now)
                    continue
                }
            case .startFailed where isNew, .unkillable:
                abandonRollout(index, "did not come up", .failed, at: now)
                continue
            case .stopRefused:
                abandonRollout(index, "refused to stop", .failed, at: now)
                continue
            case .cameUp, .completed, .startFailed, .gone, .reloaded, .exited: break
            }
            index += 1
        }
    }

    /// Somebody wants an instance down that a rollout would bring up.
    mutating func cancelRollouts(concerning slot: Int, at now: MonotonicInstant) {
        var index = 0
        while index < rollouts.count {
            if rollouts[index].concerns(slot) {
                abandonRollout(index, "was stopped", culprit: slot, .superseded, at: now)
            } else {
                index += 1
            }
        }
    }

    /// Forgets a rollout; those whose turn does not come any more are not kept waiting for it.
    mutating func endRollout(_ index: Int, at now: MonotonicInstant) {
        let rollout = rollouts.remove(at: index)
        hasRolloutNews = true
        for turn in (rollout.current.map { [$0] } ?? []) + rollout.remaining {
            unsaved.slots.append(turn.slot)
            replaceIfOutdated(turn.slot, at: now)
        }
    }

    private mutating func abandonRollout(
        _ index: Int, _ reason: String, culprit: Int? = nil, _ kind: Outcome.Kind, at now: MonotonicInstant
    ) {
        let rollout = rollouts[index]
        endRollout(index, at: now)
        guard let id = rollout.operation else { return }
        let name = (culprit ?? rollout.current?.slot).flatMap { instances[$0]?.identity.name } ?? ""
        for turn in rollout.remaining where turn.slot != culprit {
            guard operations[id]?.open[turn.slot] != nil, let record = instances[turn.slot] else { continue }
            resolve(
                id, turn.slot,
                Outcome(
                    instance: record.identity.name, kind: kind, pid: record.machine.life?.pid,
                    message: "not restarted, since \(name) \(reason)", elapsed: elapsed(of: id, at: now)))
        }
        finishIfComplete(id)
    }
}
