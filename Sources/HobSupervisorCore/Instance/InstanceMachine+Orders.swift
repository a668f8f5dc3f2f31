import HobPolicy
import HobProtocol

// What people and the supervision order.
extension InstanceMachine {
    mutating func wantUp(at now: MonotonicInstant, into actions: inout [InstanceAction]) {
        wanted = .up
        switch phase {
        case .stopped, .done:
            forgetFailures()
            phase = .waiting
        case .failed, .backingOff:
            // Somebody asked: no reason to let them wait for a delay that only bounds our own rate.
            forgetFailures()
            phase = .waiting
        case .objecting(let life, let service, _, isRestart: false):
            // The stop is taken back before it began.
            actions.append(.killHook(.beforeStop))
            goOn(life, service)
        case .ending(var ending):
            overrule(&ending)
            phase = .ending(ending)
        case .cleaning(var ending, let by):
            overrule(&ending)
            phase = .cleaning(ending, by: by)
        case .waiting, .preparing, .spawning, .starting, .settling, .up, .objecting:
            // On its way up already; what was called off while it was being made starts anew when that is over.
            break
        }
    }

    /// Somebody asks for what just failed: its end decides nothing any more, and it starts without delay.
    private mutating func overrule(_ ending: inout InstancePhase.Ending) {
        switch ending.purpose {
        case .asked, .leftovers: break
        // The end of a task is its result, and those who ask for it now will have it.
        case .exited where spec.kind == .task: break
        case .exited, .failedStart, .neverStarted:
            forgetFailures()
            ending.purpose = .asked
        }
    }

    mutating func wantDown(force: Bool, at now: MonotonicInstant, into actions: inout [InstanceAction]) {
        wanted = .down
        switch phase {
        case .stopped: break
        case .waiting, .backingOff, .failed, .done:
            phase = .stopped
            takeUpcoming()
            actions.append(.report(.gone(killed: false, complaint: nil)))
        case .preparing: callOffHook(at: now, into: &actions)
        case .spawning: callOffSpawn(at: now)
        case .starting(let life, _):
            actions.append(.unwatchReadiness)
            beginEnding(.asked, of: life, at: now, into: &actions)
        case .settling(let life, _):
            actions.append(.killHook(.afterStart))
            beginEnding(.asked, of: life, at: now, into: &actions)
        case .up(let life, let service):
            leave(life, service, isRestart: false, force: force, at: now, into: &actions)
        case .objecting(let life, let service, let by, _):
            if force {
                actions.append(.killHook(.beforeStop))
                end(life, service, at: now, into: &actions)
            } else {
                phase = .objecting(life, service, by: by, isRestart: false)
            }
        case .ending(var ending):
            if ending.purpose != .asked {
                // It was going to be started again; now its end is simply its end.
                ending.purpose = .asked
                phase = .ending(ending)
            }
        case .cleaning(var ending, let by):
            ending.purpose = .asked
            phase = .cleaning(ending, by: by)
        }
    }

    private mutating func callOffHook(at now: MonotonicInstant, into actions: inout [InstanceAction]) {
        // The hook's processes are the instance's: gone means that they are gone too.
        actions.append(.killHook(.beforeStart))
        killAll(.asked, at: now, into: &actions)
    }

    private mutating func callOffSpawn(at now: MonotonicInstant) {
        guard case .spawning(let by, abort: false) = phase else { return }
        // A spawn hangs only on its executable's file system; the ladder's time is what stopping may take.
        phase = .spawning(by: min(by, now + spec.stop.sequence.totalPatience), abort: true)
    }

    mutating func restart(force: Bool, at now: MonotonicInstant, into actions: inout [InstanceAction]) {
        switch phase {
        case .up(let life, let service):
            wanted = .up
            leave(life, service, isRestart: true, force: force, at: now, into: &actions)
        case .starting(let life, _):
            wanted = .up
            actions.append(.unwatchReadiness)
            beginEnding(.asked, of: life, at: now, into: &actions)
        case .settling(let life, _):
            wanted = .up
            actions.append(.killHook(.afterStart))
            beginEnding(.asked, of: life, at: now, into: &actions)
        case .objecting(let life, let service, let by, _):
            wanted = .up
            if force {
                actions.append(.killHook(.beforeStop))
                end(life, service, at: now, into: &actions)
            } else {
                phase = .objecting(life, service, by: by, isRestart: true)
            }
        case .preparing:
            wanted = .up
            callOffHook(at: now, into: &actions)
        case .spawning:
            wanted = .up
            callOffSpawn(at: now)
        case .ending(var ending):
            wanted = .up
            ending.purpose = .asked
            phase = .ending(ending)
        case .cleaning(var ending, let by):
            wanted = .up
            ending.purpose = .asked
            phase = .cleaning(ending, by: by)
        case .stopped, .waiting, .backingOff, .failed, .done:
            // Nothing runs that could be replaced; what starts next is new anyway.
            wantUp(at: now, into: &actions)
        }
    }

    mutating func reload(at now: MonotonicInstant, into actions: inout [InstanceAction]) {
        guard let reload = spec.reload else {
            actions.append(.report(.reloaded(complaint: "it declares no reload: add `reload: HUP` or a command")))
            return
        }
        switch phase {
        case .up(let life, var service):
            switch reload {
            case .signal(let number):
                actions.append(.signal(number))
                actions.append(.report(.reloaded(complaint: nil)))
            case .command(let hook):
                // One that is under way answers for all.
                guard service.reloadBy == nil else { return }
                service.reloadBy = now + hook.timeout
                phase = .up(life, service)
                actions.append(.runHook(.reload, outcome: nil))
            }
        case .stopped, .waiting, .preparing, .spawning, .starting, .settling, .objecting, .ending, .cleaning,
            .backingOff, .failed, .done:
            if case .objecting = phase {
                actions.append(.report(.reloaded(complaint: "it is being stopped")))
            } else {
                actions.append(.report(.reloaded(complaint: "it is \(state.rawValue), not up")))
            }
        }
    }

    mutating func release(at now: MonotonicInstant, into actions: inout [InstanceAction]) {
        switch phase {
        case .waiting: beginStart(at: now, into: &actions)
        case .stopped, .preparing, .spawning, .starting, .settling, .up, .objecting, .ending, .cleaning, .backingOff,
            .failed, .done:
            break
        }
    }

    mutating func dependencyCameUp() {
        switch phase {
        case .backingOff: phase = .waiting
        case .failed(_, .some): phase = .waiting
        case .stopped, .waiting, .preparing, .spawning, .starting, .settling, .up, .objecting, .ending, .cleaning,
            .failed, .done:
            break
        }
    }

    /// From up towards the end: `before_stop` first, unless there is none or nobody may object.
    private mutating func leave(
        _ life: InstancePhase.Life, _ service: InstancePhase.Service, isRestart: Bool, force: Bool,
        at now: MonotonicInstant, into actions: inout [InstanceAction]
    ) {
        guard let hook = spec.hooks.beforeStop, !force else {
            end(life, service, at: now, into: &actions)
            return
        }
        phase = .objecting(life, service, by: now + hook.timeout, isRestart: isRestart)
        actions.append(.runHook(.beforeStop, outcome: nil))
    }

    mutating func end(
        _ life: InstancePhase.Life, _ service: InstancePhase.Service, at now: MonotonicInstant,
        into actions: inout [InstanceAction]
    ) {
        if service.reloadBy != nil { reloadLost("it was stopped meanwhile", into: &actions) }
        noteHealth(at: now)
        beginEnding(.asked, of: life, at: now, into: &actions)
    }

    mutating func forgetFailures() {
        failures = 0
        retries = 0
        recentFailures.clear()
    }
}
