// One worker after the other gives way to a new one, which is ready before the old one is asked to end.
extension WorkerPoolStateMachine {
    /// Puts a slot into the queue of replacements, once.
    mutating func enqueue(_ number: Int, _ cause: PoolCause) {
        guard (1...rules.max).contains(number) else { return }
        guard let index = replacements.firstIndex(where: { $0.slot == number }) else {
            return replacements.append((slot: number, cause: cause))
        }
        // Who has ordered a restart waits for every one of its slots.
        if cause == .restart { replacements[index].cause = cause }
    }

    /// Replaces a worker that should go, when its turn comes.
    mutating func recycle(_ id: Int, _ cause: PoolCause) -> [PoolAction] {
        guard life == .running || life == .beginning, let member = members[id], member.phase == .ready,
            slots[member.slot - 1].current == id
        else { return [] }
        enqueue(member.slot, cause)
        return life == .running ? advance() : []
    }

    /// Begins the next replacement, when none is under way.
    mutating func advance() -> [PoolAction] {
        guard life == .running, overlapping == nil else { return [] }
        var index = 0
        while index < replacements.count {
            let (number, _) = replacements[index]
            let slot = slots[number - 1]
            guard slot.isWanted, let current = slot.current, let phase = members[current]?.phase else {
                // Without a worker there is nothing to replace: the next one is new anyway.
                replacements.remove(at: index)
                continue
            }
            switch phase {
            case .starting: index += 1
            case .stopping, .killed: replacements.remove(at: index)
            case .ready: return beginReplacement(at: index)
            }
        }
        return []
    }

    private mutating func beginReplacement(at index: Int) -> [PoolAction] {
        let (number, cause) = replacements[index]
        overlapping = number
        let id = newLife(in: number)
        slots[number - 1].successor = id
        slots[number - 1].postponed = cause
        return [.spawn(id, slot: number), .armStart(id, rules.startDeadline)]
    }

    /// A worker is ready: if it is a successor, the slot is its own from now on.
    mutating func takeOver(_ id: Int, _ number: Int) -> [PoolAction] {
        guard slots[number - 1].successor == id else { return [] }
        let cause = slots[number - 1].postponed ?? .restart
        replacements.removeAll { $0.slot == number }
        let old = slots[number - 1].current
        slots[number - 1].current = id
        slots[number - 1].successor = nil
        slots[number - 1].postponed = nil
        guard let old, members[old] != nil else {
            overlapping = nil
            return []
        }
        return ask(old, cause, drain: rules.drain)
    }

    /// A successor has ended before it was ready: the old one stays.
    mutating func successorEnded(_ id: Int, _ member: PoolMember) -> [PoolAction] {
        let number = member.slot
        slots[number - 1].successor = nil
        overlapping = nil
        let cause = slots[number - 1].postponed ?? .restart
        replacements.removeAll { $0.slot == number }
        guard life == .running, !member.cause.isAsked else {
            slots[number - 1].postponed = nil
            return advance()
        }
        guard cause == .restart, isRestarting else {
            // Its reason remains; the next attempt takes its time.
            slots[number - 1].failures = max(2, slots[number - 1].failures + 1)
            return postpone(number) + advance()
        }
        slots[number - 1].postponed = nil
        isRestarting = false
        replacements.removeAll { $0.cause == .restart }
        return [.restartFailed(id)] + advance()
    }

    /// The next attempt in a slot.
    mutating func retry(_ number: Int) -> [PoolAction] {
        slots[number - 1].isWaiting = false
        guard let current = slots[number - 1].current else {
            slots[number - 1].postponed = nil
            return fill(number)
        }
        guard let cause = slots[number - 1].postponed, slots[number - 1].successor == nil else { return [] }
        slots[number - 1].postponed = nil
        return recycle(current, cause)
    }
}
