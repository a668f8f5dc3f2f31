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
        case .spawning(let by, abort: true): phase = .spawning(by: by, abort: false)
        case .objecting(let life, let service, _, _):
            // The stop is taken back before it began.
            actions.append(.killHook(.beforeStop))
            phase = .up(life, service)
        case .waiting, .preparing, .spawning, .starting, .settling, .up, .ending, .cleaning:
            // On its way up already, or the verdict at the end of `ending` sees what is wanted by then.
            break
        }
    }

    mutating func wantDown(force: Bool, at now: MonotonicInstant, into actions: inout [InstanceAction]) {
        let before = wanted
        wanted = .down
        switch phase {
        case .stopped:
            if before == .up { actions.append(.report(.gone(killed: false, complaint: nil))) }
        case .waiting, .backingOff, .failed, .done:
            phase = .stopped
            takeUpcoming()
            actions.append(.report(.gone(killed: false, complaint: nil)))
        case .preparing:
            // The hook's processes are the instance's: gone means that they are gone too.
            actions.append(.killHook(.beforeStart))
            actions.append(.killTree)
            phase = .ending(
                InstancePhase.Ending(purpose: .asked, life: nil, rung: .kill, by: now + Self.killInterval))
        case .spawning(_, abort: false):
            // A spawn hangs only on its executable's file system; the ladder's time is what stopping may take.
            phase = .spawning(by: now + spec.stop.sequence.totalPatience, abort: true)
        case .spawning: break
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
            phase = .objecting(life, service, by: by, isRestart: true)
        case .ending(var ending):
            wanted = .up
            ending.purpose = .asked
            phase = .ending(ending)
        case .cleaning(var ending, let by):
            wanted = .up
            ending.purpose = .asked
            phase = .cleaning(ending, by: by)
        case .stopped, .waiting, .preparing, .spawning, .backingOff, .failed, .done:
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
                guard service.reloadBy == nil else {
                    actions.append(.report(.reloaded(complaint: "a reload is under way already")))
                    return
                }
                service.reloadBy = now + hook.timeout
                phase = .up(life, service)
                actions.append(.runHook(.reload, outcome: nil))
            }
        case .stopped, .waiting, .preparing, .spawning, .starting, .settling, .objecting, .ending, .cleaning,
            .backingOff,
            .failed, .done:
            actions.append(.report(.reloaded(complaint: "it is \(state.rawValue), not up")))
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
        if service.reloadBy != nil { actions.append(.killHook(.reload)) }
        upSince = nil
        beginEnding(.asked, of: life, at: now, into: &actions)
    }

    mutating func forgetFailures() {
        failures = 0
        retries = 0
        recentFailures.clear()
    }

    mutating func takeUpcoming() {
        if let upcoming { definition = upcoming }
        upcoming = nil
    }
}
