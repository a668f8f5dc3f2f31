import HobPolicy
import HobProtocol

// From the first signal, or an unasked end, to the last process gone and what follows.
extension InstanceMachine {
    /// Starts the ladder: the stop command if there is one and somebody lives to hear it, else the first signal.
    mutating func beginEnding(
        _ purpose: InstancePhase.Ending.Purpose, of life: InstancePhase.Life?, at now: MonotonicInstant,
        into actions: inout [InstanceAction]
    ) {
        var ending = InstancePhase.Ending(purpose: purpose, life: life, rung: .command(isRunning: true), by: now)
        if purpose == .asked, life != nil, let command = spec.stop.command {
            ending.by = now + command.timeout
            phase = .ending(ending)
            actions.append(.runHook(.stopCommand, outcome: nil))
        } else {
            climb(&ending, to: 0, at: now, into: &actions)
        }
    }

    /// Takes a rung: this step's signal, or SIGKILL beyond the last.
    mutating func climb(
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
            killAll(ending, at: now, into: &actions)
            return
        }
        phase = .ending(ending)
    }

    /// SIGKILL to all of it, with nothing before.
    mutating func killAll(
        _ purpose: InstancePhase.Ending.Purpose, at now: MonotonicInstant, into actions: inout [InstanceAction]
    ) {
        killAll(
            InstancePhase.Ending(purpose: purpose, life: nil, rung: .kill, by: now), at: now, into: &actions)
    }

    /// SIGKILL to all of it, and again after a while.
    mutating func killAll(
        _ ending: InstancePhase.Ending, at now: MonotonicInstant, into actions: inout [InstanceAction]
    ) {
        var ending = ending
        ending.rung = .kill
        // What SIGKILL does not end hangs in the kernel, or may not be signalled: asking ever faster ends neither.
        ending.by = now + min(Self.killInterval * (1 << min(ending.kills, 10)), Self.longestKillInterval)
        ending.kills += 1
        phase = .ending(ending)
        actions.append(.killTree)
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
            if service.reloadBy != nil { reloadLost("its process ended meanwhile", into: &actions) }
            noteHealth(at: now)
            lost(outcome, beforeUp: false, at: now, into: &actions)
        case .objecting(_, let service, _, _):
            // It went before anybody could object; that is what was asked for.
            actions.append(.killHook(.beforeStop))
            if service.reloadBy != nil { reloadLost("its process ended meanwhile", into: &actions) }
            sweep(.asked, after: outcome, at: now, into: &actions)
        case .ending(var ending):
            ending.life = nil
            ending.outcome = outcome
            switch ending.rung {
            // The command may have something to tidy up; it has the rest of its time.
            case .command(isRunning: true): phase = .ending(ending)
            case .command(isRunning: false): climb(&ending, to: 0, at: now, into: &actions)
            case .step(let step):
                // What it left gets this step's signal too, and the rest of its patience.
                let steps = spec.stop.sequence.steps
                guard steps.indices.contains(step) else {
                    climb(&ending, to: step, at: now, into: &actions)
                    return
                }
                phase = .ending(ending)
                actions.append(.signalTree(steps[step].signal))
            case .kill:
                phase = .ending(ending)
                actions.append(.killTree)
            }
        case .stopped, .waiting, .preparing, .spawning, .cleaning, .backingOff, .failed, .done:
            break  // Impossible.
        }
    }

    /// The process of a running reload is no more, or its time is up; those who wait are told.
    func reloadLost(_ complaint: String, into actions: inout [InstanceAction]) {
        actions.append(.killHook(.reload))
        actions.append(.report(.reloaded(complaint: complaint)))
    }

    /// A healthy stretch makes this end the first again. It counts up to here: what it leaves may take its time.
    mutating func noteHealth(at now: MonotonicInstant) {
        if let upSince, now - upSince >= spec.restart.backoff.resetAfter {
            failures = 0
            retries = 0
        }
        upSince = nil
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
        var ending = InstancePhase.Ending(purpose: purpose, life: nil, rung: .command(isRunning: false), by: now)
        ending.outcome = outcome
        climb(&ending, to: 0, at: now, into: &actions)
    }

    mutating func treeEmptied(
        at now: MonotonicInstant, using generator: inout SplitMix64, into actions: inout [InstanceAction]
    ) {
        switch phase {
        case .ending(let ending):
            guard ending.life == nil else { return }
            if case .command = ending.rung { return }
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
        let old = definition
        takeUpcoming()
        guard wanted == .up else {
            phase = .stopped
            actions.append(.report(.gone(killed: ending.wasKilled, complaint: ending.complaint)))
            return
        }
        switch ending.purpose {
        case .asked:
            phase = .waiting
            actions.append(.report(.gone(killed: ending.wasKilled, complaint: ending.complaint)))
        case .leftovers:
            // Once is an accident; what is always in the way again must not become a loop without a pause.
            backOff("processes of an earlier life are in the way", at: now, using: &generator)
        case .exited(let outcome): judge(outcome, under: old.value, at: now, using: &generator, into: &actions)
        case .failedStart(let reason):
            if old.value.restart.condition == .never {
                phase = .failed(reason, retryAt: nil)
            } else {
                delayRestart(reason, at: now, using: &generator)
            }
            if case .failed(let text, _) = phase { actions.append(.report(.startFailed(text, status: nil))) }
        case .neverStarted(let reason, let isTransient):
            giveUpStart(reason, isTransient: isTransient, at: now, using: &generator)
        }
    }

    /// What an unasked end leads to, by the restart policy.
    private mutating func judge(
        _ outcome: ExitOutcome, under definition: ServiceDefinition, at now: MonotonicInstant,
        using generator: inout SplitMix64, into actions: inout [InstanceAction]
    ) {
        let policy = definition.restart
        let isTask = definition.kind == .task
        if policy.restarts(after: outcome), !(isTask && policy.isNormal(outcome)) {
            delayRestart(outcome.description, at: now, using: &generator)
        } else if policy.isNormal(outcome) {
            phase = .done(outcome)
        } else {
            phase = .failed(outcome.description, retryAt: nil)
        }
        // Whoever waits for it is told what came of it: the result of a task, and of a service that it was given up.
        if case .failed(let text, _) = phase, !isTask {
            actions.append(.report(.startFailed(text, status: outcome.shellStatus)))
        } else if case .done = phase {
            actions.append(.report(.completed(outcome)))
        } else if isTask {
            actions.append(.report(.completed(outcome)))
        }
    }

    private mutating func delayRestart(
        _ reason: String, at now: MonotonicInstant, using generator: inout SplitMix64
    ) {
        let policy = spec.restart
        restarts += 1
        if let limit = policy.limit, !recentFailures.admit(at: now, under: limit) {
            let text = "\(reason); more than \(limit.count) restarts in \(limit.window.brief)"
            failures += 1
            retries += 1
            let retryAt = policy.retry.map { retry in
                // The retry's own first delay is a real one, so it begins where a second failure would.
                now + retry.delay(afterFailures: retries + 1, using: &generator)
            }
            phase = .failed(text, retryAt: retryAt)
            return
        }
        backOff(reason, at: now, using: &generator)
    }

    private mutating func backOff(_ reason: String, at now: MonotonicInstant, using generator: inout SplitMix64) {
        failures += 1
        let delay = spec.restart.backoff.delay(afterFailures: failures, using: &generator)
        phase = delay == .zero ? .waiting : .backingOff(until: now + delay, reason: reason)
    }

    /// The patience with whatever ends it is over: its deadline is now.
    mutating func hurry(at now: MonotonicInstant) {
        switch phase {
        case .objecting(let life, let service, let by, let isRestart):
            phase = .objecting(life, service, by: min(by, now), isRestart: isRestart)
        case .ending(var ending):
            // What SIGKILL does not end is asked again in its own time.
            guard ending.rung != .kill else { return }
            ending.by = min(ending.by, now)
            phase = .ending(ending)
        case .cleaning(let ending, let by): phase = .cleaning(ending, by: min(by, now))
        case .stopped, .waiting, .preparing, .spawning, .starting, .settling, .up, .backingOff, .failed, .done: break
        }
    }

    mutating func signalRefused(_ reason: String, into actions: inout [InstanceAction]) {
        switch phase {
        case .ending(var ending):
            ending.complaint = reason
            ending.isRefused = true
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
        case .command(let isRunning):
            if isRunning { actions.append(.killHook(.stopCommand)) }
            climb(&ending, to: 0, at: now, into: &actions)
        case .step(let step):
            climb(&ending, to: step + 1, at: now, into: &actions)
        case .kill:
            actions.append(.report(.unkillable("still there after SIGKILL")))
            climb(&ending, to: .max, at: now, into: &actions)
        }
    }
}
