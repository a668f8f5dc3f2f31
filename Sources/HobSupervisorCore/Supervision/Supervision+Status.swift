package import HobPolicy
package import HobProtocol

// What people see.
extension Supervision {
    /// All that the supervision knows of an instance.
    ///
    /// - Parameters:
    ///   - slot: the instance.
    ///   - now: the time.
    ///   - wallClock: the same moment in milliseconds of Unix time.
    package func status(of slot: Int, at now: MonotonicInstant, wallClock: Int64) -> InstanceStatus? {
        guard instances.indices.contains(slot), let record = instances[slot],
            let service = services[record.identity.service]
        else { return nil }
        let machine = record.machine
        func wall(_ instant: MonotonicInstant) -> Int64 {
            wallClock - (now - instant).wholeNanoseconds / 1_000_000
        }
        var status = InstanceStatus(
            instance: record.identity.name, service: record.identity.service, index: record.identity.index,
            kind: machine.spec.kind, wanted: record.wanted, state: machine.state)
        status.pid = machine.life?.pid
        status.generation = machine.generation
        status.restarts = machine.restarts
        status.since = wall(record.since)
        status.uptime = machine.life.map { (now - $0.since).wholeNanoseconds / 1_000_000 }
        status.port = record.identity.port
        status.groups = service.definition.value.groups
        if let exit = record.lastExit {
            var signal: Int32?
            var code: Int32?
            switch exit.outcome {
            case .exited(let number): code = number
            case .signaled(let number, _): signal = number
            case .unknown: break
            }
            status.lastExit = ExitRecord(
                text: exit.outcome.description, status: code, signal: signal, time: wall(exit.at), pid: exit.pid)
        }
        explain(record, slot, &status)
        if let deadline = machine.deadline, status.next != nil {
            status.nextIn = max(0, (deadline - now).wholeNanoseconds / 1_000_000)
        }
        return status
    }

    /// Why it is where it is, and what comes next.
    private func explain(_ record: InstanceRecord, _ slot: Int, _ status: inout InstanceStatus) {
        let machine = record.machine
        if let pending = record.pending {
            let verb = if case .stop = pending { "stops" } else { "restarts" }
            status.reason = "\(verb) when what waits for it is gone"
            return
        }
        switch machine.phase {
        case .stopped, .done: break
        case .waiting:
            status.waitsFor = blockers(of: slot)
            status.reason = "waits for \(status.waitsFor.joined(separator: ", ")) to be ready"
        case .preparing:
            status.reason = "before_start runs"
            status.next = "before_start is given up"
        case .spawning:
            status.reason = "its process is being made"
            status.next = "the start is given up"
        case .starting:
            let evidence = machine.spec.readiness.summary(for: record.identity)
            status.reason = machine.spec.readiness.isDeclared ? "waits for \(evidence)" : "must stay \(evidence)"
            status.next = machine.spec.readiness.isDeclared ? "the start is given up" : "it counts as running"
        case .settling:
            status.reason = "after_start runs"
            status.next = "after_start is given up"
        case .up(_, let service):
            if service.watchdogAt != nil { status.next = "the watchdog bites" }
        case .objecting:
            status.reason = "before_stop runs"
            status.next = "it is stopped all the same"
        case .ending(let ending):
            status.reason = Self.reason(ending)
            status.next = Self.next(ending, machine.spec.stop.sequence)
        case .cleaning(let ending, _):
            status.reason = "after_stop runs; " + Self.reason(ending)
            status.next = "after_stop is given up"
        case .backingOff(_, let reason):
            status.reason = reason
            status.next = "the next start"
        case .failed(let reason, let retryAt):
            status.reason = reason
            status.next = retryAt == nil ? nil : "the next try"
        }
    }

    private static func reason(_ ending: InstancePhase.Ending) -> String {
        if ending.isRefused, let complaint = ending.complaint { return complaint }
        return switch ending.purpose {
        case .asked: ending.life == nil ? "what it left is being ended" : "it was asked to stop"
        case .exited(let outcome): "\(outcome.description); what it left is being ended"
        case .failedStart(let reason), .neverStarted(let reason, _): reason
        case .leftovers: "processes of an earlier life are being ended"
        }
    }

    private static func next(_ ending: InstancePhase.Ending, _ sequence: StopSequence) -> String {
        switch ending.rung {
        case .command: return "the first signal"
        case .step(let step):
            guard step + 1 < sequence.steps.count else { return "SIGKILL to all of it" }
            return SignalNames.name(of: sequence.steps[step + 1].signal)
        case .kill: return "SIGKILL again"
        }
    }
}
