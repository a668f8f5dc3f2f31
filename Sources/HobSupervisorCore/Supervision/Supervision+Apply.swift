package import HobPolicy
package import HobProtocol

// Bringing the scope to a new set of definitions.
extension Supervision {
    /// What applying a set would do to each service, in the order of the file, removed ones last.
    ///
    /// Throws a `badConfiguration` failure when the set contradicts itself.
    package func changes(to set: AppliedSet) throws(Failure) -> [Change] {
        _ = try DependencyGraph(of: set.services)
        var changes: [Change] = []
        for definition in set.services {
            guard let service = services[definition.name], !service.isRetiring else {
                changes.append(Change(service: definition.name, kind: .add, after: definition.instances))
                continue
            }
            changes.append(DefinitionDifference(from: service.definition.value, to: definition).change)
        }
        let names = Set(set.services.map(\.name))
        for name in order where !names.contains(name) && services[name]?.isRetiring == false {
            changes.append(Change(service: name, kind: .remove, before: services[name]?.slots.count))
        }
        return changes
    }

    /// Brings the scope to a set: adds, removes, replaces and resizes what differs, and touches nothing else.
    ///
    /// - Parameters:
    ///   - set: the definitions; their base environment counts only if there is none yet.
    ///   - bringUp: the services to want up; nil wants none that was not wanted before.
    ///   - operation: the number under which `finished` will report.
    ///   - now: the time.
    /// - Returns: what changed, and what the shell shall do.
    ///
    /// Throws a `badConfiguration` failure, and changes nothing, when the set contradicts itself.
    package mutating func apply(
        _ set: AppliedSet, bringUp: [String]?, operation: UInt64?, at now: MonotonicInstant
    ) throws(Failure) -> (changes: [Change], actions: [SupervisionAction]) {
        let graph = try DependencyGraph(of: set.services)
        let changes = try changes(to: set)
        if environment.isEmpty { environment = set.environment }
        if changes.contains(where: { $0.kind != .unchanged }) { revision += 1 }

        var replaced: [Int] = []
        var dropped: [Int] = []
        var added: [Int] = []
        let definitions = Dictionary(uniqueKeysWithValues: set.services.map { ($0.name, $0) })
        for change in changes {
            switch change.kind {
            case .remove:
                services[change.service]?.isRetiring = true
                dropped.append(contentsOf: services[change.service]?.slots ?? [])
            case .add, .restart, .update, .scale, .unchanged:
                guard let definition = definitions[change.service] else { continue }
                adopt(definition, change, into: &replaced, &added, &dropped, at: now)
            }
        }
        order = set.services.map(\.name) + order.filter { definitions[$0] == nil && services[$0] != nil }
        connect(graph)

        var rising = added.filter { slot in
            let name = instances[slot]?.identity.service ?? ""
            return services[name]?.slots.contains { instances[$0]?.wanted == .up } ?? false
        }
        if let bringUp {
            for name in bringUp { rising.append(contentsOf: services[name]?.slots ?? []) }
        }
        var seen: Set<Int> = []
        rising = closureOfRequirements(rising.filter { instances[$0]?.isRetiring == false && seen.insert($0).inserted })
        replaced = replaced.filter { instances[$0]?.wanted == .up }

        var goals: [(Int, Operation.Goal)] = replaced.map { ($0, .up(generation: nextGeneration(of: $0))) }
        let restarting = Set(replaced)
        goals += rising.filter { !restarting.contains($0) }.map { ($0, upGoal(of: $0)) }
        goals += dropped.map { ($0, .down) }
        for slot in dropped { supersede(slot, goingUp: false, at: now) }
        begin(operation, goals: goals, at: now)
        retire(dropped, at: now)
        for slot in replaced { deliver(.restartRequested(force: true), to: slot, at: now) }
        raise(rising.filter { !restarting.contains($0) }, at: now)
        removeEmptyServices()
        actions.append(.store)
        conclude(operation, at: now)
        return (changes, drain(at: now))
    }

    private mutating func adopt(
        _ definition: ServiceDefinition, _ change: Change, into replaced: inout [Int], _ added: inout [Int],
        _ dropped: inout [Int], at now: MonotonicInstant
    ) {
        let name = definition.name
        if services[name] == nil {
            services[name] = ServiceRecord(definition: DefinitionBox(definition))
        } else if change.kind != .unchanged {
            let box = DefinitionBox(definition)
            if services[name]?.definition.value.instances != definition.instances { services[name]?.scale = nil }
            services[name]?.definition = box
            services[name]?.isRetiring = false
            let needsRestart = change.kind == .restart || change.kind == .add
            for slot in services[name]?.slots ?? [] {
                let was = instances[slot]?.isUnsatisfied ?? false
                let wasLive = instances[slot]?.machine.isGone == false
                instances[slot]?.machine.adopt(box, needsRestart: needsRestart)
                noteSatisfaction(slot, was: was, at: now)
                actions.append(.redefined(slot: slot))
                if needsRestart, wasLive, instances[slot]?.isRetiring == false { replaced.append(slot) }
            }
        }
        let count = services[name]?.scale ?? definition.instances
        let (new, surplus) = resize(name, to: count, at: now)
        added.append(contentsOf: new)
        dropped.append(contentsOf: surplus)
        replaced.removeAll { surplus.contains($0) }
    }

    /// Takes over the edges of a checked graph, and counts anew who must be waited for.
    private mutating func connect(_ graph: DependencyGraph) {
        for name in services.keys {
            services[name]?.predecessors = graph.predecessors[name] ?? []
            services[name]?.dependents = graph.dependents[name] ?? []
            let slots = services[name]?.slots ?? []
            let unsatisfied = slots.reduce(0) { count, slot in
                instances[slot]?.isUnsatisfied == true ? count + 1 : count
            }
            services[name]?.unsatisfied = unsatisfied
        }
        for slot in instances.indices {
            guard let machine = instances[slot]?.machine, case .waiting = machine.phase else { continue }
            reconsider(slot)
        }
    }

    private mutating func removeEmptyServices() {
        for (name, service) in services where service.isRetiring && service.slots.isEmpty {
            services[name] = nil
            order.removeAll { $0 == name }
        }
    }

    /// The definitions in force, as they are stored and applied again.
    package var appliedSet: AppliedSet {
        AppliedSet(
            environment: environment,
            services: order.compactMap { name in
                guard let service = services[name], !service.isRetiring else { return nil }
                return service.definition.value
            })
    }
}
