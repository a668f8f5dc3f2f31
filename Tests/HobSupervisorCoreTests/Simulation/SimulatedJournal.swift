import HobPolicy
import HobProtocol

@testable import HobSupervisorCore

/// The journal of a simulated supervisor: bytes, as a next life would find them.
struct SimulatedJournal {
    private var scope: [UInt8] = []
    private var environment: [String] = []
    private var definitions: [UInt64: ServiceDefinition] = [:]
    private var services: [Int: [UInt8]] = [:]
    private var instances: [Int: [UInt8]] = [:]

    init() {
        write(to: &scope) { ScopeEntry(revision: 0, definitions: 0, isShuttingDown: false).write(to: $0) }
    }

    /// Writes down what changed.
    mutating func store(_ changes: Supervision.Changes, _ supervision: Supervision) {
        environment = supervision.environment
        for box in changes.definitions { definitions[box.number] = box.value }
        if let entry = changes.scope { write(to: &scope) { entry.write(to: $0) } }
        for (row, entry) in changes.services {
            services[row] = nil
            if let entry { write(to: &services[row, default: []]) { entry.write(to: $0) } }
        }
        for (slot, entry) in changes.instances {
            instances[slot] = nil
            if let entry { write(to: &instances[slot, default: []]) { entry.write(to: $0) } }
        }
    }

    private func write(to bytes: inout [UInt8], _ body: (UnsafeMutableRawBufferPointer) -> Int) {
        bytes = Array(repeating: 0xEE, count: 1_008)
        let count = bytes.withUnsafeMutableBytes { body($0) }
        bytes.removeLast(bytes.count - count)
    }

    /// What a next life makes of it.
    func recover(seed: UInt64) throws -> Supervision {
        let journal = Supervision.Journal(
            scope: try scope.withUnsafeBytes { try ScopeEntry(from: $0) }, environment: environment,
            definitions: definitions,
            services: try services.sorted { $0.key < $1.key }.map { row, bytes in
                (row, try bytes.withUnsafeBytes { try ServiceEntry(from: $0) })
            },
            instances: try instances.sorted { $0.key < $1.key }.map { slot, bytes in
                (slot, try bytes.withUnsafeBytes { try InstanceEntry(from: $0) })
            })
        return try Supervision(recovering: journal, seed: seed)
    }
}

extension Supervision {
    /// What a recovered supervision does not know as the one did that was killed.
    func losses(in next: Supervision) -> [String] {
        var losses: [String] = []
        func compare<Value: Equatable>(_ what: String, _ mine: Value, _ its: Value) {
            if mine != its { losses.append("\(what): \(mine) became \(its)") }
        }
        compare("revision", revision, next.revision)
        compare("order", order, next.order)
        compare("services", Set(services.keys), Set(next.services.keys))
        for (name, service) in services {
            guard let other = next.services[name] else { continue }
            compare("\(name) definition", service.definition, other.definition)
            compare("\(name) slots", service.slots.sorted(), other.slots.sorted())
            compare("\(name) scale", service.scale, other.scale)
            compare("\(name) isRetiring", service.isRetiring, other.isRetiring)
            compare("\(name) isWanted", service.isWanted, other.isWanted)
            // Whoever outlives what it waited for keeps a name that means nothing any more.
            let predecessors = service.predecessors.filter { services[$0] != nil }
            compare("\(name) predecessors", predecessors.sorted(), other.predecessors.sorted())
            compare("\(name) dependents", Set(service.dependents), Set(other.dependents))
            compare("\(name) unsatisfied", service.unsatisfied, other.unsatisfied)
            compare("\(name) retiring", service.retiring, other.retiring)
            compare("\(name) leavingDependents", service.leavingDependents, other.leavingDependents)
        }
        for slot in instances.indices {
            let mine = instances[slot]
            let its = next.instances.indices.contains(slot) ? next.instances[slot] : nil
            compare("\(slot) machine", mine?.machine, its?.machine)
            compare("\(slot) identity", mine?.identity, its?.identity)
            compare("\(slot) pending", mine?.pending, its?.pending)
            compare("\(slot) isRetiring", mine?.isRetiring, its?.isRetiring)
            compare("\(slot) since", mine?.since, its?.since)
            compare("\(slot) lastExit", mine?.lastExit, its?.lastExit)
            compare("\(slot) settled", mine?.settled, its?.settled)
        }
        let mine = operations.mapValues(\.open)
        // Of many orders for one instance the oldest are forgotten.
        let isBusy = instances.contains { ($0?.operations.count ?? 0) > InstanceEntry.mostGoals }
        if !isBusy { compare("goals", mine, next.operations.mapValues(\.open)) }
        compare("rollouts", rollouts.count, next.rollouts.count)
        for (first, second) in zip(rollouts, next.rollouts) {
            compare("turn", first.current, second.current)
            compare("turns", first.remaining, second.remaining)
            compare("rollout's order", first.operation, second.operation)
            compare("force", first.force, second.force)
            compare("rollout's services", first.services, second.services)
        }
        return losses
    }
}
