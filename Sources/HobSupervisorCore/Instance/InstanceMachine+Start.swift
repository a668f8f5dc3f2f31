import HobPolicy
import HobProtocol

// From released to up.
extension InstanceMachine {
    mutating func beginStart(at now: MonotonicInstant, into actions: inout [InstanceAction]) {
        takeUpcoming()
        upSince = nil
        generation += 1
        if let hook = spec.hooks.beforeStart {
            phase = .preparing(by: now + hook.timeout)
            actions.append(.runHook(.beforeStart, outcome: nil))
        } else {
            spawn(at: now, into: &actions)
        }
    }

    mutating func spawn(at now: MonotonicInstant, into actions: inout [InstanceAction]) {
        phase = .spawning(by: now + spec.readiness.timeout, abort: false)
        actions.append(.spawn(generation: generation))
    }

    mutating func leftoversFound(at now: MonotonicInstant, into actions: inout [InstanceAction]) {
        switch phase {
        case .spawning:
            beginEnding(.leftovers, of: nil, at: now, into: &actions)
        case .stopped, .waiting, .preparing, .starting, .settling, .up, .objecting, .ending, .cleaning, .backingOff,
            .failed, .done:
            break  // Impossible.
        }
    }

    mutating func spawned(pid: Int32, at now: MonotonicInstant, into actions: inout [InstanceAction]) {
        let life = InstancePhase.Life(pid: pid, since: now)
        switch phase {
        case .spawning(_, abort: true):
            beginEnding(.asked, of: life, at: now, into: &actions)
        case .spawning:
            if spec.kind == .task {
                // A task is used by its end, not while it runs.
                comeUp(life, at: now, into: &actions)
            } else {
                phase = .starting(life, by: now + startLimit)
                if case .settle = spec.readiness.kind { break }
                actions.append(.watchReadiness)
            }
        case .stopped, .waiting, .preparing, .starting, .settling, .up, .objecting, .ending, .cleaning, .backingOff,
            .failed, .done:
            break  // Impossible.
        }
    }

    /// Without declared readiness the deadline itself is the evidence: it has lived so long.
    private var startLimit: Duration {
        if case .settle(let time) = spec.readiness.kind { time } else { spec.readiness.timeout }
    }

    mutating func spawnFailed(
        _ reason: String, isTransient: Bool, at now: MonotonicInstant, using generator: inout SplitMix64,
        into actions: inout [InstanceAction]
    ) {
        switch phase {
        case .spawning(_, let abort):
            // A reason of the machine's passes: those who wait are not told, since it is tried again.
            if !abort, !isTransient { actions.append(.report(.startFailed(reason, status: nil))) }
            let purpose: InstancePhase.Ending.Purpose =
                abort ? .asked : .neverStarted(reason, isTransient: isTransient)
            if spec.hooks.beforeStart != nil {
                beginEnding(purpose, of: nil, at: now, into: &actions)
            } else {
                let ending = InstancePhase.Ending(purpose: purpose, life: nil, rung: .kill, by: now)
                conclude(ending, at: now, using: &generator, into: &actions)
            }
        case .stopped, .waiting, .preparing, .starting, .settling, .up, .objecting, .ending, .cleaning, .backingOff,
            .failed, .done:
            break  // Impossible.
        }
    }

    mutating func becameReady(at now: MonotonicInstant, into actions: inout [InstanceAction]) {
        switch phase {
        case .starting(let life, _):
            actions.append(.unwatchReadiness)
            if let hook = spec.hooks.afterStart {
                phase = .settling(life, by: now + hook.timeout)
                actions.append(.runHook(.afterStart, outcome: nil))
            } else {
                comeUp(life, at: now, into: &actions)
            }
        case .stopped, .waiting, .preparing, .spawning, .settling, .up, .objecting, .ending, .cleaning, .backingOff,
            .failed, .done:
            // A late answer of a probe that was already called off.
            break
        }
    }

    mutating func comeUp(
        _ life: InstancePhase.Life, at now: MonotonicInstant, into actions: inout [InstanceAction]
    ) {
        upSince = now
        goOn(life, InstancePhase.Service(since: now, watchdogAt: spec.watchdog.map { now + $0 }, reloadBy: nil))
        actions.append(.report(.cameUp))
    }

    /// Into `up`, where a definition that needs no new process takes effect.
    mutating func goOn(_ life: InstancePhase.Life, _ service: InstancePhase.Service) {
        phase = .up(life, service)
        if !upcomingNeedsRestart { takeUpcoming() }
    }

    /// A start that never had a process, or whose hook failed: the same delays as a crash, but never none.
    mutating func giveUpStart(
        _ reason: String, isTransient: Bool, at now: MonotonicInstant, using generator: inout SplitMix64
    ) {
        guard isTransient || spec.restart.condition != .never else {
            phase = .failed(reason, retryAt: nil)
            return
        }
        failures += 1
        // The first restart of a healthy service is free; of one that cannot even start, it is not.
        let retryAt = now + spec.restart.backoff.delay(afterFailures: max(2, failures), using: &generator)
        phase = isTransient ? .backingOff(until: retryAt, reason: reason) : .failed(reason, retryAt: retryAt)
    }
}
