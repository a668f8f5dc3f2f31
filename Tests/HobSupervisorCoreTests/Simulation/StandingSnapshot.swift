import HobPolicy
import HobProtocol
import HobTestKit

@testable import HobSupervisorCore

/// Where all instances stood after a step: orders between instances show only from one step to the next.
struct StandingSnapshot {
    private struct One {
        var name: String
        var service: String
        var isLeaving: Bool
        var isPhaseLeaving: Bool
        var isComingUp: Bool
        var isUp: Bool
        var generation: UInt64
        var hasLife: Bool
    }

    private var instances: [Int: One] = [:]

    init() {}

    init(_ supervision: Supervision, _ kernel: SimulatedKernel) {
        for slot in supervision.instances.indices {
            guard let record = supervision.instances[slot] else { continue }
            let machine = record.machine
            instances[slot] = One(
                name: record.identity.name, service: record.identity.service, isLeaving: record.standing.isLeaving,
                isPhaseLeaving: machine.isLeaving, isComingUp: machine.isComingUp,
                isUp: machine.satisfiesDependents || machine.state == .done, generation: machine.generation,
                hasLife: machine.life != nil)
        }
    }

    /// What this step did in the wrong order.
    func complaints(
        since before: StandingSnapshot, _ supervision: Supervision, oneDownAtMost: Bool
    ) -> [String] {
        var complaints: [String] = []
        for (slot, one) in instances {
            guard let record = supervision.instances[slot], let service = supervision.services[one.service] else {
                continue
            }
            let old = before.instances[slot]
            let isNew = old == nil || old?.name != one.name
            // Stop order: it begins to leave by an order only when nobody who relies on it is still leaving.
            if one.isPhaseLeaving, !isNew, old?.isPhaseLeaving == false, one.hasLife, wasAsked(record.machine.phase) {
                for dependent in service.dependents {
                    for other in supervision.services[dependent]?.slots ?? [] where instances[other]?.isLeaving == true
                    {
                        complaints.append("\(one.name) is told to go before \(instances[other]?.name ?? "") is gone")
                    }
                }
            }
            // Start order: a start begins only when all it waits for can be used.
            if one.generation > (isNew ? 0 : old?.generation ?? 0) {
                for other in service.slots where other != slot && supervision.instances[other]?.isRetiring == true {
                    if supervision.instances[other]?.identity.index == record.identity.index {
                        complaints.append("\(one.name) starts beside the one that had its number")
                    }
                }
                for name in service.predecessors {
                    for other in supervision.services[name]?.slots ?? [] {
                        if supervision.instances[other]?.standing.isUnsatisfied == true {
                            complaints.append("\(one.name) starts before \(instances[other]?.name ?? "") is up")
                        }
                    }
                }
            }
        }
        if oneDownAtMost {
            let down = Dictionary(grouping: instances.values.filter { !$0.isUp }, by: \.service)
            for (name, instances) in down where instances.count > 1 {
                complaints.append("a rollout of \(name) has \(instances.map(\.name)) down at once")
            }
        }
        return complaints
    }

    private func wasAsked(_ phase: InstancePhase) -> Bool {
        switch phase {
        case .objecting: true
        case .ending(let ending): ending.purpose == .asked
        case .stopped, .waiting, .preparing, .spawning, .starting, .settling, .up, .cleaning, .backingOff, .failed,
            .done:
            false
        }
    }
}
