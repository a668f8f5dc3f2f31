import HobPolicy
import HobProtocol

// Who waits for whom, on the way up and on the way down.
extension Supervision {
    /// The names of the services, and of the instance's own predecessor in its place, that a start waits for.
    package func blockers(of slot: Int) -> [String] {
        guard let record = instances[slot], let service = services[record.identity.service] else { return [] }
        var names: [String] = []
        for name in service.predecessors {
            if let predecessor = services[name], predecessor.unsatisfied > 0 { names.append(name) }
        }
        // A retiring instance of the same number has its port and its place until it is gone.
        for other in service.slots where other != slot {
            if let twin = instances[other], twin.isRetiring, twin.identity.index == record.identity.index {
                names.append(twin.identity.name)
            }
        }
        return names
    }

    /// Keeps the count of instances that others must wait for; the last one's coming up releases them.
    mutating func noteSatisfaction(_ slot: Int, was before: Bool, at now: MonotonicInstant) {
        guard let record = instances[slot] else { return }
        let after = record.isUnsatisfied
        guard before != after, let service = services[record.identity.service] else { return }
        let count = service.unsatisfied + (after ? 1 : -1)
        services[record.identity.service]?.unsatisfied = count
        guard count == 0 else { return }
        for name in service.dependents {
            for dependent in services[name]?.slots ?? [] {
                guard let machine = instances[dependent]?.machine else { continue }
                if case .backingOff = machine.phase { deliver(.dependencyCameUp, to: dependent, at: now) }
                reconsider(dependent)
            }
        }
    }

    /// Everything that must be started with these: what they require, and what that requires.
    func closureOfRequirements(_ slots: [Int]) -> [Int] {
        var names: [String] = []
        var seen: Set<Int> = Set(slots)
        var result = slots
        for slot in slots { names.append(contentsOf: requirements(of: slot)) }
        while let name = names.popLast() {
            for slot in services[name]?.slots ?? [] where seen.insert(slot).inserted {
                result.append(slot)
                names.append(contentsOf: requirements(of: slot))
            }
        }
        return result
    }

    private func requirements(of slot: Int) -> [String] {
        guard let record = instances[slot] else { return [] }
        return services[record.identity.service]?.definition.value.requires ?? []
    }

    /// Everything that goes down with these: whatever requires a service that loses all its instances.
    func closureOfDependents(_ slots: [Int]) -> [Int] {
        var seen = Set(slots)
        var result = slots
        var next = 0
        while next < result.count {
            let slot = result[next]
            next += 1
            guard let record = instances[slot], let service = services[record.identity.service],
                service.slots.allSatisfy({ seen.contains($0) || instances[$0]?.wanted == .down })
            else { continue }
            for name in service.dependents {
                guard let dependent = services[name],
                    dependent.definition.value.requires.contains(record.identity.service)
                else { continue }
                for other in dependent.slots where seen.insert(other).inserted { result.append(other) }
            }
        }
        return result
    }

    /// Whether something that waits for this instance's service is still on its way out.
    private func isHeldUp(_ slot: Int) -> Bool {
        guard let record = instances[slot], let service = services[record.identity.service] else { return false }
        for name in service.dependents {
            for other in services[name]?.slots ?? [] {
                if let dependent = instances[other], dependent.wanted == .down, !dependent.machine.isGone {
                    return true
                }
            }
        }
        return false
    }

    /// Takes instances down, those that nobody waits for first.
    mutating func takeDown(_ slots: [Int], force: Bool, at now: MonotonicInstant) {
        var live: [Int] = []
        for slot in slots {
            guard let record = instances[slot] else { continue }
            if record.machine.isGone {
                letGo(slot, force: force, at: now)
            } else if record.machine.wanted == .up, !record.isStopPending {
                let was = record.isUnsatisfied
                instances[slot]?.isStopPending = true
                noteSatisfaction(slot, was: was, at: now)
                live.append(slot)
            }
        }
        for slot in live where instances[slot]?.isStopPending == true && !isHeldUp(slot) {
            letGo(slot, force: force, at: now)
        }
    }

    /// Those that this instance's service waits for, and that were only held up by it, may go now.
    mutating func becameGone(_ slot: Int, at now: MonotonicInstant) {
        guard let record = instances[slot], let service = services[record.identity.service] else { return }
        for name in service.predecessors {
            for other in services[name]?.slots ?? [] where instances[other]?.isStopPending == true {
                if !isHeldUp(other) { letGo(other, force: true, at: now) }
            }
        }
    }

    /// A service was given up: what requires it cannot be used either, and waits for it in its place.
    mutating func dependencyFailed(_ slot: Int, at now: MonotonicInstant) {
        guard let record = instances[slot], let service = services[record.identity.service] else { return }
        for name in service.dependents {
            guard let dependent = services[name], dependent.definition.value.requires.contains(record.identity.service)
            else { continue }
            for other in dependent.slots {
                guard let machine = instances[other]?.machine, machine.wanted == .up, machine.life != nil else {
                    continue
                }
                deliver(.restartRequested(force: true), to: other, at: now)
            }
        }
    }
}
