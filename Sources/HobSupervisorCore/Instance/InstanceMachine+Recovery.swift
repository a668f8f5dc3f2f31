import HobPolicy

// A machine whose shell is new and knows nothing of it.
extension InstanceMachine {
    /// What a new shell has to do for a machine that was written down in this phase.
    ///
    /// Each action is one that an earlier shell was told, and may be done twice: a hook or a process that exists is
    /// taken over instead of being made. Only a signal is not: it is sent again only if nobody knows that it was sent.
    func resumption(wasPerformed: Bool) -> [InstanceAction] {
        switch phase {
        case .stopped, .waiting, .backingOff, .failed, .done: []
        case .preparing: [.runHook(.beforeStart, outcome: nil)]
        case .spawning: [.spawn(generation: generation)]
        case .starting:
            if case .settle = spec.readiness.kind { [] } else { [.watchReadiness] }
        case .settling: [.runHook(.afterStart, outcome: nil)]
        case .up(_, let service): service.reloadBy == nil ? [] : [.runHook(.reload, outcome: nil)]
        case .objecting(_, let service, _, _):
            (service.reloadBy == nil ? [] : [.runHook(.reload, outcome: nil)])
                + [.runHook(.beforeStop, outcome: nil)]
        case .ending(let ending): resumption(of: ending, wasPerformed: wasPerformed)
        case .cleaning(let ending, _): [.runHook(.afterStop, outcome: ending.outcome)]
        }
    }

    private func resumption(of ending: InstancePhase.Ending, wasPerformed: Bool) -> [InstanceAction] {
        switch ending.rung {
        case .command(let isRunning): return isRunning ? [.runHook(.stopCommand, outcome: nil)] : []
        case .step(let step):
            let steps = spec.stop.sequence.steps
            // A step that the definition does not have is the end of the ladder.
            guard steps.indices.contains(step) else { return [.killTree] }
            if ending.life == nil { return [.signalTree(steps[step].signal)] }
            return wasPerformed ? [] : [.signal(steps[step].signal)]
        case .kill: return [.killTree]
        }
    }
}
