import HobPolicy
import HobProtocol
import HobSupervisorCore
import HobSystem

// Commands around a service's life.
extension Supervisor {
    func runHook(_ kind: HookKind, _ outcome: ExitOutcome?, _ slot: Int) {
        if isResuming, resumeHook(kind, slot) { return }
        guard let runtime = runtimes[slot], let record = supervision.instances[slot],
            let hook = record.machine.definition.value.hook(kind)
        else {
            feed(.hookEnded(kind, .failed("could not be started: its instance has no log FIFO")), slot)
            return
        }
        var plan = LaunchPlan(
            definition: record.machine.definition.value, identity: record.identity, base: supervision.environment,
            original: original, tag: tag(of: slot))
        plan.extra = LaunchPlan.exitVariables(outcome)
        if let pid = runtime.process?.pid { plan.extra.append(("MAINPID", String(pid))) }
        plan.extra.append(("HOB_HOOK", kind.rawValue))
        do throws(SystemError) {
            try giveOutput(of: runtime, to: record.machine.definition.value.process)
            // Its own description, without the guard: a hook must not look like the service.
            let output = try openOutput(slot)
            var request = plan.helper(hook.command)
            request.descriptors = [
                DescriptorMapping(source: output.raw, target: 1), DescriptorMapping(source: output.raw, target: 2),
            ]
            request.birth = journal.births.announce(
                BirthRegister.Role(kind), slot: slot, ticket: journal.head.takeTicket())
            runtime.isKnownEmpty = false
            runtime.hooks[kind] = HelperProcess(
                request, keeping: [output], on: loop, through: spawner, inbox: helpers
            ) { [unowned self] result in
                hookEnded(kind, result, slot)
            }
        } catch {
            feed(.hookEnded(kind, .failed("could not be started: \(error.message)")), slot)
        }
    }

    func hookEnded(_ kind: HookKind, _ result: HookResult, _ slot: Int) {
        if case .failed(let reason) = result {
            announce(.hook, slot: slot, message: "\(kind.rawValue) \(reason)")
        }
        runtimes[slot]?.hooks[kind] = nil
        feed(.hookEnded(kind, result), slot)
        whenRecorded { [unowned self] in journal.births.forget(BirthRegister.Role(kind), slot: slot) }
    }
}

extension ServiceDefinition {
    /// The command behind a kind of hook.
    func hook(_ kind: HookKind) -> HookDefinition? {
        switch kind {
        case .beforeStart: hooks.beforeStart
        case .afterStart: hooks.afterStart
        case .beforeStop: hooks.beforeStop
        case .afterStop: hooks.afterStop
        case .stopCommand: stop.command
        case .reload: if case .command(let hook)? = reload { hook } else { nil }
        }
    }
}
