// What of it all outlives the supervisor. The shell takes the changes after each event, writes them down as one batch,
// and only then acts upon the event.
extension Supervision {
    /// Everything that is to be written down before anything is acted upon.
    package struct Changes {
        /// Instances, each once; no entry means that the slot is free.
        package var instances: [(slot: Int, entry: InstanceEntry?)] = []
        /// Services by row; no entry means that the row is free.
        package var services: [(row: Int, entry: ServiceEntry?)] = []
        /// Definitions that entries name for the first time.
        package var definitions: [DefinitionBox] = []
        /// The scope, if it changed.
        package var scope: ScopeEntry?

        /// Whether there is nothing to write.
        package var isEmpty: Bool {
            instances.isEmpty && services.isEmpty && definitions.isEmpty && scope == nil
        }
    }

    /// Hands out what changed since the last time.
    package mutating func takeChanges() -> Changes {
        var changes = Changes()
        let unsaved = unsaved
        self.unsaved = UnsavedChanges()
        var seen: Set<Int> = []
        for slot in unsaved.slots where unsaved.slots.count == 1 || seen.insert(slot).inserted {
            changes.instances.append((slot, entry(of: slot)))
        }
        changes.definitions = unsaved.definitions
        if unsaved.concernsAllServices || unsaved.concernsScope {
            changes.scope = ScopeEntry(
                revision: revision, definitions: definitionCount, isShuttingDown: isShuttingDown)
        }
        guard unsaved.concernsAllServices || !unsaved.services.isEmpty else { return changes }
        for case .gone(let row) in unsaved.services { changes.services.append((row, nil)) }
        // Where a row was freed and taken again, the entry comes behind the gap, and stays.
        var named: Set<String> = []
        for case .changed(let name) in unsaved.services where services[name] != nil { named.insert(name) }
        for (position, name) in order.enumerated() where unsaved.concernsAllServices || named.contains(name) {
            guard let service = services[name] else { continue }
            changes.services.append((service.row, ServiceEntry(of: service, position: position)))
        }
        return changes
    }

    /// Hands out everything, for a journal that has nothing yet.
    package mutating func takeEverything() -> Changes {
        unsaved.slots = instances.indices.filter { instances[$0] != nil }
        unsaved.concernsAllServices = true
        unsaved.definitions = definitions
        return takeChanges()
    }

    /// What is written down of one instance; nil when the slot is free.
    func entry(of slot: Int) -> InstanceEntry? {
        guard let record = instances[slot] else { return nil }
        let goals = record.operations.suffix(InstanceEntry.mostGoals).compactMap { id in
            operations[id].flatMap { operation in
                operation.open[slot].map { goal in
                    InstanceEntry.GoalMark(operation: id, goal: goal, began: operation.began)
                }
            }
        }
        return InstanceEntry(of: record, goals: goals, turns: rollouts.isEmpty ? [] : turns(of: slot))
    }

    private func turns(of slot: Int) -> [InstanceEntry.TurnMark] {
        var turns: [InstanceEntry.TurnMark] = []
        for rollout in rollouts {
            let isCurrent = rollout.current?.slot == slot
            guard let turn = isCurrent ? rollout.current : rollout.remaining.first(where: { $0.slot == slot }) else {
                continue
            }
            turns.append(
                InstanceEntry.TurnMark(
                    rollout: rollout.number, position: UInt32(truncatingIfNeeded: turn.position),
                    generation: turn.generation, isCurrent: isCurrent, force: rollout.force,
                    operation: rollout.operation))
        }
        return turns
    }

    /// Gives a definition the number by which the journal knows it.
    mutating func number(_ definition: ServiceDefinition) -> DefinitionBox {
        definitionCount += 1
        let box = DefinitionBox(definition, number: definitionCount)
        unsaved.definitions.append(box)
        return box
    }

    /// A place for a service in the journal.
    mutating func takeRow() -> Int {
        if let row = freeRows.popLast() { return row }
        rowCount += 1
        return rowCount - 1
    }
}

extension Supervision {
    /// The definitions that a service or an instance names, each once.
    package var definitions: [DefinitionBox] {
        var boxes: [UInt64: DefinitionBox] = [:]
        for service in services.values { boxes[service.definition.number] = service.definition }
        for case .some(let record) in instances {
            boxes[record.machine.definition.number] = record.machine.definition
            if let upcoming = record.machine.upcoming { boxes[upcoming.number] = upcoming }
        }
        return boxes.values.sorted { $0.number < $1.number }
    }
}
