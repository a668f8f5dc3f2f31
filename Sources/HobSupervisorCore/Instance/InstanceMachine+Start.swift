import HobPolicy
import HobProtocol

// From released to up.
extension InstanceMachine {
    mutating func beginStart(at now: MonotonicInstant, into actions: inout [InstanceAction]) {
        takeUpcoming()
        upSince = nil
        if let hook = spec.hooks.beforeStart {
            phase = .preparing(by: now + hook.timeout)
            actions.append(.runHook(.beforeStart, outcome: nil))
        } else {
            spawn(at: now, into: &actions)
        }
    }

    mutating func spawn(at now: MonotonicInstant, into actions: inout [InstanceAction]) {
        generation += 1
        phase = .spawning(by: now + spec.readiness.timeout, abort: false)
        actions.append(.spawn(generation: generation))
    }

    mutating func leftoversFound(at now: MonotonicInstant, into actions: inout [InstanceAction]) {
        switch phase {
        case .spawning:
            beginEnding(.leftovers, of: nil, at: now, into: &actions)
        case .stopped, .waiting, .preparing, .starting, .settling, .up, .objecting, .ending, .cleaning, .backingOff,
            .failed, .done:
            break
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
            impossible("spawned")
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
        case .spawning(_, abort: true):
            settleDown(into: &actions)
        case .spawning:
            actions.append(.report(.startFailed(reason, status: nil)))
            giveUpStart(reason, isTransient: isTransient, at: now, using: &generator)
        case .stopped, .waiting, .preparing, .starting, .settling, .up, .objecting, .ending, .cleaning, .backingOff,
            .failed, .done:
            impossible("spawnFailed")
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
        phase = .up(
            life, InstancePhase.Service(since: now, watchdogAt: spec.watchdog.map { now + $0 }, reloadBy: nil))
        actions.append(.report(.cameUp))
    }

    /// A start that never had a process, or whose hook failed: the same delays as a crash.
    mutating func giveUpStart(
        _ reason: String, isTransient: Bool, at now: MonotonicInstant, using generator: inout SplitMix64
    ) {
        if isTransient || spec.restart.condition != .never {
            failures += 1
            // The first restart of a healthy service is free; of one that cannot even start, it is not.
            let delay = max(
                spec.restart.backoff.delay(afterFailures: failures, using: &generator), spec.restart.backoff.initial)
            phase = .failed(reason, retryAt: now + delay)
        } else {
            phase = .failed(reason, retryAt: nil)
        }
    }

    /// The start was called off before there was a process.
    mutating func settleDown(into actions: inout [InstanceAction]) {
        phase = .stopped
        takeUpcoming()
        actions.append(.report(.gone(killed: false, complaint: nil)))
    }

    /// These pairs cannot come from a shell that does what it is told; the state stays, and a debug build stops.
    func impossible(_ event: String) {
        assertionFailure("event \(event) in phase \(phase)")
    }
}
