import HobPolicy
import HobProtocol

@testable import HobSupervisorCore

// The invariants of a supervision, each counted from scratch.
extension Supervision {
    /// What contradicts itself now; nothing, if all is right.
    func contradictions() -> [String] {
        var complaints: [String] = []
        var leaving: [String: Int] = [:]
        for service in services.values {
            let count = service.slots.count { instances[$0]?.standing.isLeaving == true }
            for name in service.predecessors { leaving[name, default: 0] += count }
        }
        for (name, service) in services {
            let records = service.slots.compactMap { instances[$0] }
            let unsatisfied = records.count { $0.standing.isUnsatisfied }
            if service.unsatisfied != unsatisfied {
                complaints.append("\(name) counts \(service.unsatisfied) unsatisfied, there are \(unsatisfied)")
            }
            if service.leavingDependents != leaving[name] ?? 0 {
                complaints.append(
                    "\(name) counts \(service.leavingDependents) leaving dependents, there are \(leaving[name] ?? 0)")
            }
            let retiring = records.count { $0.isRetiring }
            if service.retiring != retiring { complaints.append("\(name) counts \(service.retiring) retiring") }
            if records.count != service.slots.count { complaints.append("\(name) has slots without instances") }
            let names = records.filter { !$0.isRetiring }.map(\.identity.name)
            if Set(names).count != names.count { complaints.append("\(name) has two instances of one name: \(names)") }
            let wanted = service.isRetiring ? 0 : service.scale ?? service.definition.value.instances
            if names.count != wanted { complaints.append("\(name) has \(names) and wants \(wanted)") }
            for predecessor in service.predecessors where services[predecessor] != nil {
                if services[predecessor]?.dependents.contains(name) != true {
                    complaints.append("\(predecessor) does not know its dependent \(name)")
                }
            }
        }
        for slot in instances.indices where instances[slot] != nil { complaints += contradictions(of: slot) }
        for (id, operation) in operations {
            if operation.isArmed, operation.open.isEmpty, !rollouts.contains(where: { $0.operation == id }) {
                complaints.append("operation \(id) has nothing to wait for and is not over")
            }
            for slot in operation.open.keys where instances[slot]?.operations.contains(id) != true {
                complaints.append("operation \(id) waits for slot \(slot), which does not know")
            }
        }
        var seen: Set<String> = []
        for rollout in rollouts {
            if let current = rollout.current {
                if instances[current.slot] == nil { complaints.append("a rollout waits for a slot that is free") }
            } else if seen.isDisjoint(with: rollout.services) {
                complaints.append("a rollout of \(rollout.services) has nobody whose turn it is")
            }
            seen.formUnion(rollout.services)
        }
        return complaints
    }

    private func contradictions(of slot: Int) -> [String] {
        guard let record = instances[slot] else { return [] }
        var complaints: [String] = []
        let machine = record.machine
        if case .waiting = machine.phase, blockers(of: slot).isEmpty { complaints.append("waits for nothing") }
        if record.pending != nil {
            if machine.isGone { complaints.append("is gone and has a pending order") }
            if services[record.identity.service]?.leavingDependents == 0 {
                complaints.append("has a pending order and nobody to wait for")
            }
        }
        // Who has its turn to come in a rollout is replaced in turn.
        if record.isOutdated, record.pending == nil, !rollouts.contains(where: { $0.concerns(slot) }) {
            complaints.append("runs by an old definition, and nobody replaces it")
        }
        if record.isRetiring {
            if machine.isGone { complaints.append("is retiring, gone, and still there") }
            if record.wanted == .up { complaints.append("is retiring and wanted") }
        }
        if record.identity != machine.definition.value.identity(of: record.identity.index) {
            complaints.append("is called otherwise than its definition says")
        }
        let current = services[record.identity.service]?.definition
        if !record.isRetiring, machine.upcoming ?? machine.definition != current {
            complaints.append("has not heard of its service's definition")
        }
        complaints += machine.contradictions()
        return complaints.map { "\(record.identity.name) in \(machine.phase) \($0)" }
    }
}

extension InstanceMachine {
    /// What contradicts itself in one machine.
    func contradictions() -> [String] {
        var complaints: [String] = []
        switch phase {
        case .preparing, .spawning, .starting, .settling, .objecting, .ending, .cleaning, .backingOff:
            if deadline == nil { complaints.append("has no deadline") }
        case .up(_, let service):
            if spec.watchdog != nil, service.watchdogAt == nil { complaints.append("is not watched") }
            if upcoming != nil, !upcomingNeedsRestart { complaints.append("has not taken its definition") }
        case .failed, .stopped, .waiting, .done: break
        }
        if isGone, upcoming != nil { complaints.append("is gone and has not taken its definition") }
        if upcoming == nil, upcomingNeedsRestart { complaints.append("needs a restart for nothing") }
        if wanted == .down {
            switch phase {
            case .stopped, .ending, .cleaning, .spawning(_, abort: true), .objecting(_, _, _, isRestart: false): break
            case .waiting, .preparing, .spawning, .starting, .settling, .up, .objecting, .backingOff, .failed, .done:
                complaints.append("is not wanted")
            }
        } else if case .stopped = phase {
            complaints.append("is wanted and rests")
        }
        return complaints
    }
}
