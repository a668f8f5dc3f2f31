package import HobPolicy
package import HobProtocol

// Bringing the scope to a new set of definitions.
extension Supervision {
    /// What applying a set would do to each service, in the order of the file, removed ones last.
    ///
    /// Throws a `badConfiguration` failure when the set contradicts itself.
    package func changes(to set: AppliedSet) throws(Failure) -> [Change] {
        _ = try DependencyGraph(of: set.services)
        return differences(from: set)
    }

    private func differences(from set: AppliedSet) -> [Change] {
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
        let changes = differences(from: set)
        if environment.isEmpty { environment = set.environment }
        if changes.contains(where: { $0.kind != .unchanged }) { revision += 1 }

        var plan = Plan()
        let definitions = Dictionary(uniqueKeysWithValues: set.services.map { ($0.name, $0) })
        for change in changes {
            switch change.kind {
            case .remove:
                services[change.service]?.isRetiring = true
                services[change.service]?.isWanted = false
                plan.dropped.append(contentsOf: services[change.service]?.slots ?? [])
            case .add, .restart, .update, .scale, .unchanged:
                guard let definition = definitions[change.service] else { continue }
                adopt(definition, change, into: &plan, at: now)
            }
        }
        order = set.services.map(\.name) + order.filter { definitions[$0] == nil && services[$0] != nil }
        unsaved.concernsAllServices = true
        connect(graph)
        carryOut(&plan, bringUp: bringUp, operation: operation, at: now)
        actions.append(.store)
        conclude(operation, at: now)
        return (changes, drain(at: now))
    }

    /// Whom an apply concerns, and how.
    private struct Plan {
        /// Their processes must be replaced.
        var replaced: [Int] = []
        /// They do not run and are wanted; a new definition is a new chance.
        var retried: [Int] = []
        /// They exist from now on.
        var added: [Int] = []
        /// They go.
        var dropped: [Int] = []
        /// Instances of services whose requirements may have changed.
        var changed: [Int] = []
    }

    private mutating func carryOut(
        _ plan: inout Plan, bringUp: [String]?, operation: UInt64?, at now: MonotonicInstant
    ) {
        for name in bringUp ?? [] where services[name]?.isRetiring == false { services[name]?.isWanted = true }
        var rising = plan.added.filter { slot in
            services[instances[slot]?.identity.service ?? ""]?.isWanted == true
        }
        rising += plan.retried
        for name in bringUp ?? [] { rising += services[name]?.slots ?? [] }
        let going = Set(plan.dropped)
        rising = unique(rising.filter { instances[$0]?.isRetiring == false && !going.contains($0) })
        // What runs may require something new.
        let running = plan.changed.filter { instances[$0]?.wanted == .up && instances[$0]?.isRetiring == false }
        let required = closureOfRequirements(unique(rising + running)).filter { slot in
            !running.contains(slot) && !going.contains(slot)
        }
        rising = unique(rising + required)

        let replaced = plan.replaced.filter { instances[$0]?.wanted == .up }
        let settled = rising.filter { slot in
            instances[slot].map { isCompletedTask($0) } == true && !plan.retried.contains(slot)
        }
        // What a smaller number of instances drops is not retiring yet, and must not come up again.
        let untouched = Set(replaced + settled + plan.dropped)
        rising.removeAll { untouched.contains($0) }

        var goals: [(Int, Operation.Goal)] = replaced.map { ($0, .up(generation: nextGeneration(of: $0))) }
        goals += rising.map { ($0, upGoal(of: $0)) }
        goals += settled.map { ($0, .done) }
        goals += plan.dropped.map { ($0, .down) }
        for slot in plan.dropped { supersede(slot, goingUp: false, at: now) }
        begin(operation, goals: goals, at: now)
        retire(plan.dropped, at: now)
        cancelPendingStops(rising, at: now)
        renew(replaced, force: true, at: now)
        raise(rising, at: now)
        for (name, service) in services where service.isRetiring && service.slots.isEmpty { removeService(name) }
    }

    private func unique(_ slots: [Int]) -> [Int] {
        var seen: Set<Int> = []
        return slots.filter { seen.insert($0).inserted }
    }

    private mutating func adopt(
        _ definition: ServiceDefinition, _ change: Change, into plan: inout Plan, at now: MonotonicInstant
    ) {
        let name = definition.name
        if let service = services[name] {
            if service.isRetiring || service.definition.value.instances != definition.instances {
                services[name]?.scale = nil
            }
            if change.kind != .unchanged {
                let box = number(definition)
                services[name]?.definition = box
            }
            services[name]?.isRetiring = false
        } else {
            let record = ServiceRecord(definition: number(definition), row: takeRow())
            services[name] = record
            // Nobody has stopped what has no instances; scaled up, it runs.
            services[name]?.isWanted = definition.instances == 0
        }
        let (new, surplus) = resize(name, to: services[name]?.scale ?? definition.instances, at: now)
        plan.added += new
        plan.dropped += surplus
        guard change.kind != .unchanged else { return }
        let going = Set(surplus)
        for slot in services[name]?.slots ?? [] where instances[slot]?.isRetiring == false && !going.contains(slot) {
            plan.changed.append(slot)
            guard adoptDefinition(slot, at: now), let record = instances[slot], record.wanted == .up else { continue }
            if record.machine.isGone { plan.retried.append(slot) } else { plan.replaced.append(slot) }
        }
    }

    /// Gives an instance its service's definition.
    ///
    /// - Returns: whether its process must be replaced, or a new one has a new chance.
    mutating func adoptDefinition(_ slot: Int, at now: MonotonicInstant) -> Bool {
        guard let record = instances[slot], let box = services[record.identity.service]?.definition else {
            return false
        }
        let old = record.machine.upcoming ?? record.machine.definition
        guard old !== box else { return false }
        let needsRestart =
            DefinitionDifference(from: old.value, to: box.value).needsRestart
            // Evidence that is being waited for in the old way would never be seen, or be judged by another deadline.
            || record.machine.isComingUp && old.value.readiness != box.value.readiness
        instances[slot]?.machine.adopt(box, needsRestart: needsRestart)
        unsaved.slots.append(slot)
        note(slot, was: record.standing, at: now)
        if let definition = instances[slot]?.machine.definition, definition !== record.machine.definition {
            instances[slot]?.identity = definition.value.identity(of: record.identity.index)
            actions.append(.redefined(slot: slot))
        }
        return needsRestart
    }

    /// Takes over the edges of a checked graph, and counts anew who must be waited for.
    ///
    /// What is removed keeps its own edges until it is gone, so that it goes in order; those edges lead only from it,
    /// or between removed services, and so close no circle.
    private mutating func connect(_ graph: DependencyGraph) {
        let retiring = services.filter { $0.value.isRetiring }.mapValues(\.predecessors)
        for name in services.keys {
            services[name]?.dependents = graph.dependents[name] ?? []
            services[name]?.leavingDependents = 0
            if retiring[name] == nil { services[name]?.predecessors = graph.predecessors[name] ?? [] }
        }
        for (name, predecessors) in retiring {
            let present = predecessors.filter { services[$0] != nil }
            services[name]?.predecessors = present
            for predecessor in present { services[predecessor]?.dependents.append(name) }
        }
        for name in services.keys {
            let standings = (services[name]?.slots ?? []).compactMap { instances[$0]?.standing }
            let unsatisfied = standings.count { $0.isUnsatisfied }
            let leaving = standings.count { $0.isLeaving }
            services[name]?.unsatisfied = unsatisfied
            for predecessor in services[name]?.predecessors ?? [] {
                services[predecessor]?.leavingDependents += leaving
            }
        }
        for slot in instances.indices {
            guard let machine = instances[slot]?.machine, case .waiting = machine.phase else { continue }
            reconsider(slot)
        }
        for name in order { loosen(name) }
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
