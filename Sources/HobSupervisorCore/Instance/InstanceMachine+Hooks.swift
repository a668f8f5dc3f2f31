import HobPolicy
import HobProtocol

// Hooks, deadlines, and what a service says of itself.
extension InstanceMachine {
    mutating func hookEnded(
        _ kind: HookKind, _ result: HookResult, at now: MonotonicInstant, using generator: inout SplitMix64,
        into actions: inout [InstanceAction]
    ) {
        switch (kind, phase) {
        case (.beforeStart, .preparing):
            switch result {
            case .succeeded: spawn(at: now, into: &actions)
            case .failed(let reason): failPreparation("before_start \(reason)", at: now, into: &actions)
            }
        case (.afterStart, .settling(let life, _)):
            switch result {
            case .succeeded: comeUp(life, at: now, into: &actions)
            case .failed(let reason): failStart(life, "after_start \(reason)", at: now, into: &actions)
            }
        case (.beforeStop, .objecting(let life, let service, _, let isRestart)):
            switch result {
            case .succeeded: end(life, service, at: now, into: &actions)
            case .failed(let reason):
                wanted = .up
                goOn(life, service)
                actions.append(.report(.stopRefused("before_stop \(reason)\(isRestart ? ": not restarted" : "")")))
            }
        case (.stopCommand, .ending(var ending)):
            guard ending.rung == .command(isRunning: true) else { return }
            switch result {
            case .succeeded where ending.life != nil:
                // It was asked to go: it has the rest of the command's time to do so.
                ending.rung = .command(isRunning: false)
                phase = .ending(ending)
            case .succeeded: climb(&ending, to: 0, at: now, into: &actions)
            case .failed(let reason):
                // It is no failure that there was nobody left to ask.
                if ending.life != nil { ending.complaint = "the stop command \(reason)" }
                climb(&ending, to: 0, at: now, into: &actions)
            }
        case (.afterStop, .cleaning(let ending, _)): sweepAfterHook(ending, at: now, into: &actions)
        case (.reload, .up(let life, var service)):
            guard service.reloadBy != nil else { return }
            service.reloadBy = nil
            phase = .up(life, service)
            reloaded(result, into: &actions)
        case (.reload, .objecting(let life, var service, let by, let isRestart)):
            guard service.reloadBy != nil else { return }
            service.reloadBy = nil
            phase = .objecting(life, service, by: by, isRestart: isRestart)
            reloaded(result, into: &actions)
        case (.beforeStart, _), (.afterStart, _), (.beforeStop, _), (.stopCommand, _), (.afterStop, _), (.reload, _):
            // The answer of a hook that was killed because the state moved on.
            break
        }
    }

    private func reloaded(_ result: HookResult, into actions: inout [InstanceAction]) {
        switch result {
        case .succeeded: actions.append(.report(.reloaded(complaint: nil)))
        case .failed(let reason): actions.append(.report(.reloaded(complaint: "the reload command \(reason)")))
        }
    }

    /// A start that `before_start` aborted; what the hook has left goes before anything else happens.
    private mutating func failPreparation(
        _ reason: String, at now: MonotonicInstant, into actions: inout [InstanceAction]
    ) {
        actions.append(.report(.startFailed(reason, status: nil)))
        beginEnding(.neverStarted(reason, isTransient: false), of: nil, at: now, into: &actions)
    }

    /// What `after_stop` has left is nobody's any more.
    private mutating func sweepAfterHook(
        _ ending: InstancePhase.Ending, at now: MonotonicInstant, into actions: inout [InstanceAction]
    ) {
        var ending = ending
        // Without an outcome the hook does not run again.
        ending.outcome = nil
        killAll(ending, at: now, into: &actions)
    }

    /// A process that lives but cannot be used.
    private mutating func failStart(
        _ life: InstancePhase.Life, _ reason: String, at now: MonotonicInstant, into actions: inout [InstanceAction]
    ) {
        actions.append(.report(.startFailed(reason, status: nil)))
        beginEnding(.failedStart(reason), of: life, at: now, into: &actions)
    }

    mutating func deadlinePassed(
        at now: MonotonicInstant, using generator: inout SplitMix64, into actions: inout [InstanceAction]
    ) {
        guard let deadline, deadline <= now else { return }
        switch phase {
        case .stopped, .waiting, .done: break
        case .preparing:
            actions.append(.killHook(.beforeStart))
            failPreparation("before_start \(Self.outOfTime(spec.hooks.beforeStart))", at: now, into: &actions)
        case .spawning(_, let abort):
            // The kernel is still opening the executable; what exists of the process is ended, then we are told.
            phase = .spawning(by: now + Self.killInterval, abort: abort)
            actions.append(.killSpawn)
        case .starting(let life, _):
            if case .settle = spec.readiness.kind {
                becameReady(at: now, into: &actions)
            } else {
                actions.append(.unwatchReadiness)
                failStart(life, spec.readiness.lateness, at: now, into: &actions)
            }
        case .settling(let life, _):
            actions.append(.killHook(.afterStart))
            failStart(life, "after_start \(Self.outOfTime(spec.hooks.afterStart))", at: now, into: &actions)
        case .up(let life, var service):
            expireReload(&service, at: now, into: &actions)
            phase = .up(life, service)
            if let watchdogAt = service.watchdogAt, watchdogAt <= now { bite(life, service, at: now, into: &actions) }
        case .objecting(let life, var service, let by, let isRestart):
            expireReload(&service, at: now, into: &actions)
            let isSilent = service.watchdogAt.map { $0 <= now } ?? false
            if by <= now || isSilent {
                // A hook that hangs is no objection, and what shows no life need not be asked.
                actions.append(.killHook(.beforeStop))
                end(life, service, at: now, into: &actions)
            } else {
                phase = .objecting(life, service, by: by, isRestart: isRestart)
            }
        case .ending(let ending): endingDeadlinePassed(ending, at: now, into: &actions)
        case .cleaning(let ending, _):
            actions.append(.killHook(.afterStop))
            sweepAfterHook(ending, at: now, into: &actions)
        case .backingOff: phase = .waiting
        case .failed: phase = .waiting
        }
    }

    private func expireReload(
        _ service: inout InstancePhase.Service, at now: MonotonicInstant, into actions: inout [InstanceAction]
    ) {
        guard let reloadBy = service.reloadBy, reloadBy <= now else { return }
        service.reloadBy = nil
        reloadLost("the reload command did not end in time and was killed", into: &actions)
    }

    private mutating func bite(
        _ life: InstancePhase.Life, _ service: InstancePhase.Service, at now: MonotonicInstant,
        into actions: inout [InstanceAction]
    ) {
        if service.reloadBy != nil { reloadLost("it was ended meanwhile", into: &actions) }
        noteHealth(at: now)
        beginEnding(
            .failedStart("gave no sign of life within its watchdog's \((spec.watchdog ?? .zero).brief)"), of: life,
            at: now, into: &actions)
    }

    private static func outOfTime(_ hook: HookDefinition?) -> String {
        "did not end within \((hook?.timeout ?? .zero).brief) and was killed"
    }

    mutating func mainProcessChanged(pid: Int32) {
        switch phase {
        case .starting(var life, let by):
            life.pid = pid
            phase = .starting(life, by: by)
        case .settling(var life, let by):
            life.pid = pid
            phase = .settling(life, by: by)
        case .up(var life, let service):
            life.pid = pid
            phase = .up(life, service)
        case .objecting(var life, let service, let by, let isRestart):
            life.pid = pid
            phase = .objecting(life, service, by: by, isRestart: isRestart)
        case .ending(var ending):
            ending.life?.pid = pid
            phase = .ending(ending)
        case .stopped, .waiting, .preparing, .spawning, .cleaning, .backingOff, .failed, .done: break
        }
    }

    mutating func watchdogFed(at now: MonotonicInstant) {
        guard let period = spec.watchdog else { return }
        switch phase {
        case .up(let life, var service):
            service.watchdogAt = now + period
            phase = .up(life, service)
        case .objecting(let life, var service, let by, let isRestart):
            service.watchdogAt = now + period
            phase = .objecting(life, service, by: by, isRestart: isRestart)
        case .stopped, .waiting, .preparing, .spawning, .starting, .settling, .ending, .cleaning, .backingOff, .failed,
            .done:
            break
        }
    }

    /// A start or a stop can be put off by so much altogether: whoever asks for ever does not get it.
    static let longestExtension = Duration.seconds(3_600)

    mutating func timeoutExtended(_ extra: Duration, at now: MonotonicInstant) {
        switch phase {
        case .starting(let life, let by):
            guard spec.readiness.isDeclared else { return }
            let latest = life.since + max(spec.readiness.timeout, Self.longestExtension)
            phase = .starting(life, by: max(by, min(now + extra, latest)))
        case .up(let life, var service):
            service.watchdogAt = service.watchdogAt.map { max($0, now + extra) }
            phase = .up(life, service)
        case .ending(var ending):
            // Only the process itself may ask, and only for the steps that can be put off.
            if ending.life != nil, ending.rung != .kill {
                let wished = max(.zero, now + extra - ending.by)
                let granted = min(wished, max(.zero, Self.longestExtension - ending.extended))
                ending.by = ending.by + granted
                ending.extended += granted
                phase = .ending(ending)
            }
        case .stopped, .waiting, .preparing, .spawning, .settling, .objecting, .cleaning, .backingOff, .failed, .done:
            break
        }
    }
}
