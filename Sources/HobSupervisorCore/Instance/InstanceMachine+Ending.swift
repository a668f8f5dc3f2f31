import HobPolicy
import HobProtocol

// From the first signal, or an unasked end, to the last process gone and what follows.
extension InstanceMachine {
    /// Starts the ladder: the stop command if there is one and somebody lives to hear it, else the first signal.
    mutating func beginEnding(
        _ purpose: InstancePhase.Ending.Purpose, of life: InstancePhase.Life?, at now: MonotonicInstant,
        into actions: inout [InstanceAction]
    ) {
        var ending = InstancePhase.Ending(purpose: purpose, life: life, rung: .command, by: now)
        if purpose == .asked, life != nil, let command = spec.stop.command {
            ending.by = now + command.timeout
            phase = .ending(ending)
            actions.append(.runHook(.stopCommand, outcome: nil))
        } else {
            climb(&ending, to: 0, at: now, into: &actions)
        }
    }

    /// Takes a rung: this step's signal, or SIGKILL beyond the last.
    private mutating func climb(
        _ ending: inout InstancePhase.Ending, to step: Int, at now: MonotonicInstant,
        into actions: inout [InstanceAction]
    ) {
        let steps = spec.stop.sequence.steps
        if step < steps.count {
            ending.rung = .step(step)
            ending.by = now + steps[step].patience
            actions.append(ending.life == nil ? .signalTree(steps[step].signal) : .signal(steps[step].signal))
        } else {
            // A ladder of SIGKILL alone is what was asked for; running out of patience is not.
            ending.wasKilled = ending.wasKilled || !steps.isEmpty || ending.rung == .kill
            ending.rung = .kill
            ending.by = now + Self.killInterval
            actions.append(.killTree)
        }
        phase = .ending(ending)
    }

    mutating func processEnded(
        _ outcome: ExitOutcome, at now: MonotonicInstant, into actions: inout [InstanceAction]
    ) {
        actions.append(.report(.exited(outcome)))
        switch phase {
        case .starting:
            actions.append(.unwatchReadiness)
            lost(outcome, beforeUp: true, at: now, into: &actions)
        case .settling:
            actions.append(.killHook(.afterStart))
            lost(outcome, beforeUp: true, at: now, into: &actions)
        case .up(_, let service):
            if service.reloadBy != nil { reloadLost(into: &actions) }
            lost(outcome, beforeUp: false, at: now, into: &actions)
        case .objecting(_, let service, _, let isRestart):
            // It went before anybody could object; that is what was asked for.
            actions.append(.killHook(.beforeStop))
            if service.reloadBy != nil { reloadLost(into: &actions) }
            if isRestart { wanted = .up }
            sweep(.asked, after: outcome, at: now, into: &actions)
        case .ending(var ending):
            ending.life = nil
            ending.outcome = outcome
            switch ending.rung {
            case .command:
                actions.append(.killHook(.stopCommand))
                climb(&ending, to: 0, at: now, into: &actions)
            case .step(let step):
                // What it left gets this step's signal too, and the rest of its patience.
                let signal = spec.stop.sequence.steps[step].signal
                phase = .ending(ending)
                actions.append(.signalTree(signal))
            case .kill:
                phase = .ending(ending)
                actions.append(.killTree)
            }
        case .stopped, .waiting, .preparing, .spawning, .cleaning, .backingOff, .failed, .done:
            impossible("processEnded")
        }
    }

    private func reloadLost(into actions: inout [InstanceAction]) {
        actions.append(.killHook(.reload))
        actions.append(.report(.reloaded(complaint: "its process ended meanwhile")))
    }

    /// An end nobody asked for.
    private mutating func lost(
        _ outcome: ExitOutcome, beforeUp: Bool, at now: MonotonicInstant, into actions: inout [InstanceAction]
    ) {
        if beforeUp { actions.append(.report(.startFailed(outcome.description, status: outcome.shellStatus))) }
        sweep(.exited(outcome), after: outcome, at: now, into: &actions)
    }

    /// The main process is gone: what it left goes down the ladder before anything else happens.
    private mutating func sweep(
        _ purpose: InstancePhase.Ending.Purpose, after outcome: ExitOutcome, at now: MonotonicInstant,
        into actions: inout [InstanceAction]
    ) {
        var ending = InstancePhase.Ending(purpose: purpose, life: nil, rung: .command, by: now)
        ending.outcome = outcome
        climb(&ending, to: 0, at: now, into: &actions)
    }

    mutating func treeEmptied(
        at now: MonotonicInstant, using generator: inout SplitMix64, into actions: inout [InstanceAction]
    ) {
        switch phase {
        case .ending(let ending):
            guard ending.life == nil else { return }
            if ending.outcome != nil, let hook = spec.hooks.afterStop {
                phase = .cleaning(ending, by: now + hook.timeout)
                actions.append(.runHook(.afterStop, outcome: ending.outcome))
            } else {
                conclude(ending, at: now, using: &generator, into: &actions)
            }
        case .stopped, .waiting, .preparing, .spawning, .starting, .settling, .up, .objecting, .cleaning, .backingOff,
            .failed, .done:
            // A scan that was under way when the state moved on.
            break
        }
    }

    /// The verdict: all is gone; what now?
    mutating func conclude(
        _ ending: InstancePhase.Ending, at now: MonotonicInstant, using generator: inout SplitMix64,
        into actions: inout [InstanceAction]
    ) {
        let old = spec
        takeUpcoming()
        switch ending.purpose {
        case .asked:
            phase = wanted == .up ? .waiting : .stopped
            actions.append(.report(.gone(killed: ending.wasKilled, complaint: ending.complaint)))
        case .leftovers:
            phase = wanted == .up ? .waiting : .stopped
            if wanted == .down { actions.append(.report(.gone(killed: ending.wasKilled, complaint: nil))) }
        case .exited(let outcome):
            guard wanted == .up else {
                phase = .stopped
                actions.append(.report(.gone(killed: ending.wasKilled, complaint: ending.complaint)))
                return
            }
            judge(outcome, under: old, at: now, using: &generator, into: &actions)
        case .failedStart(let reason):
            guard wanted == .up else {
                phase = .stopped
                actions.append(.report(.gone(killed: ending.wasKilled, complaint: ending.complaint)))
                return
            }
            if old.restart.condition == .never {
                phase = .failed(reason, retryAt: nil)
            } else {
                delayRestart(reason, at: now, using: &generator)
            }
        }
    }

    /// What an unasked end leads to, by the restart policy.
    private mutating func judge(
        _ outcome: ExitOutcome, under definition: ServiceDefinition, at now: MonotonicInstant,
        using generator: inout SplitMix64, into actions: inout [InstanceAction]
    ) {
        let policy = definition.restart
        if definition.kind == .task { actions.append(.report(.completed(outcome))) }
        if definition.kind == .task && policy.isNormal(outcome) {
            phase = .done(outcome)
        } else if policy.restarts(after: outcome) {
            delayRestart(outcome.description, at: now, using: &generator)
        } else if policy.isNormal(outcome) {
            phase = .done(outcome)
        } else {
            phase = .failed(outcome.description, retryAt: nil)
        }
    }

    private mutating func delayRestart(
        _ reason: String, at now: MonotonicInstant, using generator: inout SplitMix64
    ) {
        let policy = spec.restart
        if let upSince, now - upSince >= policy.backoff.resetAfter {
            failures = 0
            retries = 0
        }
        upSince = nil
        failures += 1
        restarts += 1
        if let limit = policy.limit, !recentFailures.admit(at: now, under: limit) {
            let text = "\(reason); more than \(limit.count) restarts in \(limit.window.brief)"
            retries += 1
            let retryAt = policy.retry.map { retry in
                // The retry's own first delay is a real one, so it begins where a second failure would.
                now + retry.delay(afterFailures: retries + 1, using: &generator)
            }
            phase = .failed(text, retryAt: retryAt)
            return
        }
        let delay = policy.backoff.delay(afterFailures: failures, using: &generator)
        phase = delay == .zero ? .waiting : .backingOff(until: now + delay, reason: reason)
    }

    mutating func signalRefused(_ reason: String, into actions: inout [InstanceAction]) {
        switch phase {
        case .ending(var ending):
            ending.complaint = reason
            phase = .ending(ending)
            actions.append(.report(.unkillable(reason)))
        case .stopped, .waiting, .preparing, .spawning, .starting, .settling, .up, .objecting, .cleaning, .backingOff,
            .failed, .done:
            break
        }
    }

    mutating func endingDeadlinePassed(
        _ ending: InstancePhase.Ending, at now: MonotonicInstant, into actions: inout [InstanceAction]
    ) {
        var ending = ending
        switch ending.rung {
        case .command:
            actions.append(.killHook(.stopCommand))
            climb(&ending, to: 0, at: now, into: &actions)
        case .step(let step):
            climb(&ending, to: step + 1, at: now, into: &actions)
        case .kill:
            actions.append(.report(.unkillable("still there after SIGKILL")))
            climb(&ending, to: .max, at: now, into: &actions)
        }
    }
}
