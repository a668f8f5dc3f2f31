package import HobPolicy
package import HobProtocol

// Going on where a life that was killed has been.
extension Supervision {
    /// All that a journal holds.
    package struct Journal {
        /// The scope.
        package var scope: ScopeEntry
        /// The base environment.
        package var environment: [String]
        /// The definitions by number.
        package var definitions: [UInt64: ServiceDefinition]
        /// The services by row.
        package var services: [(row: Int, entry: ServiceEntry)]
        /// The instances by slot.
        package var instances: [(slot: Int, entry: InstanceEntry)]

        /// Makes a journal.
        package init(
            scope: ScopeEntry, environment: [String], definitions: [UInt64: ServiceDefinition],
            services: [(row: Int, entry: ServiceEntry)], instances: [(slot: Int, entry: InstanceEntry)]
        ) {
            self.scope = scope
            self.environment = environment
            self.definitions = definitions
            self.services = services
            self.instances = instances
        }
    }

    /// Makes the supervision that an earlier life wrote down; nobody has been acted upon yet.
    ///
    /// Throws a `system` failure when the journal contradicts itself.
    package init(recovering journal: Journal, seed: UInt64) throws(Failure) {
        self.init(seed: seed)
        revision = journal.scope.revision
        environment = journal.environment
        definitionCount = journal.scope.definitions
        isShuttingDown = journal.scope.isShuttingDown
        var boxes: [UInt64: DefinitionBox] = [:]
        for (number, definition) in journal.definitions { boxes[number] = DefinitionBox(definition, number: number) }
        try recoverServices(journal.services, boxes)
        try recoverInstances(journal.instances, boxes)
        recoverRollouts(journal.instances)
        reconnect()
    }

    private static func box(
        _ number: UInt64, _ boxes: [UInt64: DefinitionBox]
    ) throws(Failure) -> DefinitionBox {
        guard let box = boxes[number] else {
            throw Failure(.system, "the journal names definition \(number), which it does not hold")
        }
        return box
    }

    private mutating func recoverServices(
        _ entries: [(row: Int, entry: ServiceEntry)], _ boxes: [UInt64: DefinitionBox]
    ) throws(Failure) {
        rowCount = (entries.map(\.row).max() ?? -1) + 1
        var free = Set(0..<rowCount)
        for (row, entry) in entries {
            free.remove(row)
            var service = ServiceRecord(definition: try Self.box(entry.definition, boxes), row: row)
            service.scale = entry.scale.map { Int($0) }
            service.isRetiring = entry.isRetiring
            service.isWanted = entry.isWanted
            services[service.definition.value.name] = service
        }
        freeRows = free.sorted(by: >)
        order = entries.sorted { $0.entry.position < $1.entry.position }.compactMap {
            boxes[$0.entry.definition]?.value.name
        }
    }

    private mutating func recoverInstances(
        _ entries: [(slot: Int, entry: InstanceEntry)], _ boxes: [UInt64: DefinitionBox]
    ) throws(Failure) {
        let count = (entries.map(\.slot).max() ?? -1) + 1
        instances = Array(repeating: nil, count: count)
        for (slot, entry) in entries {
            let definition = try Self.box(entry.definition, boxes)
            let upcoming = try entry.upcoming.map { number throws(Failure) in try Self.box(number, boxes) }
            let name = definition.value.name
            guard services[name] != nil else {
                throw Failure(.system, "the journal has an instance of '\(name)', which is no service of it")
            }
            var record = InstanceRecord(
                definition.value.identity(of: entry.index), of: definition, since: entry.since)
            record.machine = InstanceMachine(definition: definition, upcoming: upcoming, memory: entry.machine)
            record.pending = entry.pending
            record.isRetiring = entry.isRetiring
            record.lastExit = entry.lastExit
            record.settled = entry.settled
            record.operations = entry.goals.map(\.operation)
            for mark in entry.goals {
                operations[mark.operation, default: Operation(began: mark.began, isArmed: true)].open[slot] = mark.goal
            }
            instances[slot] = record
            services[name]?.slots.append(slot)
            if entry.isRetiring { services[name]?.retiring += 1 }
        }
        // What an order came to for others, as far as it is not over.
        for (_, entry) in entries {
            guard let settled = entry.settled, operations[settled.operation] != nil else { continue }
            operations[settled.operation]?.outcomes.append(settled.outcome)
        }
        freeSlots = instances.indices.filter { instances[$0] == nil }.reversed()
        let known = instances
        for name in services.keys {
            services[name]?.slots.sort { (known[$0]?.identity.index ?? 0) < (known[$1]?.identity.index ?? 0) }
        }
    }

    private mutating func recoverRollouts(_ entries: [(slot: Int, entry: InstanceEntry)]) {
        var found: [UInt32: [(turn: Rollout.Turn, mark: InstanceEntry.TurnMark)]] = [:]
        for (slot, entry) in entries {
            for mark in entry.turns {
                let turn = Rollout.Turn(
                    slot: slot, service: instances[slot]?.identity.service ?? "", generation: mark.generation,
                    position: Int(mark.position))
                found[mark.rollout, default: []].append((turn, mark))
            }
        }
        for (number, turns) in found.sorted(by: { $0.key < $1.key }) {
            let waiting = turns.filter { !$0.mark.isCurrent }.map(\.turn).sorted { $0.position < $1.position }
            // A number without turns is not in the dictionary.
            guard let mark = turns.first?.mark else { continue }
            rollouts.append(
                Rollout(
                    number: number, current: turns.first { $0.mark.isCurrent }?.turn, remaining: waiting,
                    force: mark.force, operation: mark.operation))
        }
        for id in rollouts.compactMap(\.operation) where operations[id] == nil {
            operations[id] = Operation(began: .zero, isArmed: true)
        }
        hasRolloutNews = !rollouts.isEmpty
    }

    /// The edges and the counts, which are not written down because they follow from the rest.
    private mutating func reconnect() {
        for (name, service) in services {
            let predecessors = service.definition.value.predecessors.filter { services[$0] != nil }
            services[name]?.predecessors = predecessors
        }
        for name in order {
            for predecessor in services[name]?.predecessors ?? [] { services[predecessor]?.dependents.append(name) }
        }
        for name in services.keys {
            let standings = (services[name]?.slots ?? []).compactMap { instances[$0]?.standing }
            services[name]?.unsatisfied = standings.count { $0.isUnsatisfied }
            let leaving = standings.count { $0.isLeaving }
            for predecessor in services[name]?.predecessors ?? [] {
                services[predecessor]?.leavingDependents += leaving
            }
        }
    }

    /// What must be done for an instance whose earlier life may have been killed before it was done.
    ///
    /// - Parameter wasPerformed: everything that was to be done at once was done; only what lasts is begun anew.
    package func resumption(of slot: Int, wasPerformed: Bool) -> [InstanceAction] {
        instances[slot]?.machine.resumption(wasPerformed: wasPerformed) ?? []
    }

    /// Lets those move that an event between two lives may have set free.
    package mutating func resume(at now: MonotonicInstant) -> [SupervisionAction] {
        for slot in instances.indices where instances[slot]?.rest() == .waiting { reconsider(slot) }
        for name in order { loosen(name) }
        for id in operations.keys.sorted() { finishIfComplete(id) }
        hasRolloutNews = true
        return drain(at: now)
    }

    /// What became of an order, as far as anybody still knows.
    package enum Recollection {
        /// Nobody ever heard of it.
        case unknown
        /// It is being carried out, under its own number.
        case underWay
        /// It is over.
        case over([Outcome])
    }

    /// What became of an order.
    package func recollect(_ operation: UInt64) -> Recollection {
        if operations[operation] != nil { return .underWay }
        let outcomes = instances.compactMap { record in
            record?.settled.flatMap { $0.operation == operation ? $0.outcome : nil }
        }
        return outcomes.isEmpty ? .unknown : .over(outcomes)
    }
}
