import HobPolicy

/// A pool of workers, decided: events in, actions out, nothing done.
///
///     slot:   empty ──wanted──→ starting ──ready──→ ready ──asked──→ stopping ─┐
///               ↑                  │ died, too slow    │ died, stuck           │ patience over
///               │                  ▼                   ▼                       ▼
///               ├──── waiting ←── (killed) ←───────────┘                     killed
///               └──────────────────────────── ended ←──────────────────────────┘
///
///     replacement, one at a time:  successor starting ──ready──→ it is the slot's; the old one is asked to end ──ended──→ next
///
/// So there is never more than one worker beyond the slots, and no slot stays without one that is wanted.
struct WorkerPoolStateMachine: Sendable {
    enum Life: Hashable, Sendable {
        case idle, beginning, running, ending, over
    }

    let rules: PoolRules
    var life = Life.idle
    /// How many workers are wanted.
    var target: Int
    /// By number of slot, less one.
    var slots: [PoolSlot]
    /// By number of life.
    var members: [Int: PoolMember] = [:]
    var lastLife = 0
    /// The slot in which two workers are.
    var overlapping: Int?
    var isRestarting = false
    /// The slots whose workers are to be replaced, in this order.
    var replacements: [(slot: Int, cause: PoolCause)] = []
    var random: SplitMix64

    /// A pool that has not begun.
    ///
    /// - Parameter seed: of the jitters.
    init(_ rules: PoolRules, seed: UInt64) {
        self.rules = rules
        target = rules.min
        slots = Array(repeating: PoolSlot(), count: rules.max)
        random = SplitMix64(seed: seed)
    }

    /// Takes an event and answers what is to be done, in this order.
    mutating func handle(_ event: PoolEvent, at now: MonotonicInstant) -> [PoolAction] {
        switch event {
        case .start:
            guard life == .idle else { return [] }
            life = .beginning
            return adjust() + settle()
        case .stop(let drain): return stop(drain: drain)
        case .scale(let count):
            guard life == .running || life == .beginning, (rules.min...rules.max).contains(count) else { return [] }
            target = count
            return adjust() + settle()
        case .restart(let numbers):
            guard life == .running else { return [.restartFailed(nil)] }
            isRestarting = true
            for number in numbers ?? Array(1...rules.max) { enqueue(number, .restart) }
            return advance() + settle()
        case .ready(let id): return ready(id, now) + settle()
        case .beat(let id):
            guard let heartbeat = rules.heartbeat, members[id]?.phase == .ready else { return [] }
            return [.armBeat(id, heartbeat)]
        case .recycle(let id, let cause): return recycle(id, cause)
        case .ageOver(let id): return recycle(id, .age)
        case .ended(let id): return ended(id, now) + settle()
        case .startTimedOut(let id): return members[id]?.phase == .starting ? kill(id, .slowStart) : []
        case .beatMissed(let id): return members[id]?.phase == .ready ? kill(id, .stuck) : []
        case .stopPatienceOver(let id, let step): return stopPatienceOver(id, step)
        case .retryDue(let slot): return retry(slot) + settle()
        }
    }

    /// What a slot is in.
    func state(ofSlot number: Int) -> PoolSlot.State {
        let slot = slots[number - 1]
        guard let id = slot.current, let member = members[id] else { return slot.isWaiting ? .waiting : .empty }
        switch member.phase {
        case .starting: return .starting
        case .ready: return .ready
        case .stopping: return .stopping
        case .killed: return .killed
        }
    }

    // MARK: Beginning and end

    /// Fills the slots that are wanted, and asks the workers of the others to end.
    mutating func adjust() -> [PoolAction] {
        var actions: [PoolAction] = []
        for number in 1...rules.max {
            slots[number - 1].isWanted = number <= target
            if number <= target {
                actions += fill(number)
            } else {
                for id in [slots[number - 1].current, slots[number - 1].successor].compactMap({ $0 }) {
                    actions += ask(id, .notNeeded, drain: rules.drain)
                }
            }
        }
        return actions
    }

    mutating func fill(_ number: Int) -> [PoolAction] {
        let slot = slots[number - 1]
        guard life == .beginning || life == .running, slot.isWanted, slot.current == nil, slot.successor == nil,
            !slot.isWaiting
        else { return [] }
        let id = newLife(in: number)
        slots[number - 1].current = id
        return [.spawn(id, slot: number), .armStart(id, rules.startDeadline)]
    }

    mutating func newLife(in slot: Int) -> Int {
        lastLife += 1
        members[lastLife] = PoolMember(slot: slot)
        return lastLife
    }

    private mutating func stop(drain: Duration) -> [PoolAction] {
        switch life {
        case .idle, .over:
            life = .over
            return [.stopped]
        case .beginning, .running, .ending: break
        }
        let wasRestarting = isRestarting
        life = .ending
        isRestarting = false
        replacements = []
        var actions: [PoolAction] = wasRestarting ? [.restartFailed(nil)] : []
        for id in members.keys.sorted() { actions += ask(id, .notNeeded, drain: drain, isAgain: true) }
        return actions + settle()
    }

    /// Reports what has come about.
    private mutating func settle() -> [PoolAction] {
        switch life {
        case .idle, .over: return []
        case .beginning:
            guard (1...target).allSatisfy({ state(ofSlot: $0) == .ready }) else { return [] }
            life = .running
            return [.startSucceeded] + advance()
        case .running:
            guard isRestarting, overlapping == nil, !replacements.contains(where: { $0.cause == .restart }) else {
                return []
            }
            isRestarting = false
            return [.restartSucceeded]
        case .ending:
            guard members.isEmpty else { return [] }
            life = .over
            return [.stopped]
        }
    }

    // MARK: One worker's life

    private mutating func ready(_ id: Int, _ now: MonotonicInstant) -> [PoolAction] {
        guard let member = members[id], member.phase == .starting else { return [] }
        members[id]?.phase = .ready
        members[id]?.readyAt = now
        var actions: [PoolAction] = []
        if let heartbeat = rules.heartbeat { actions.append(.armBeat(id, heartbeat)) }
        if let age = rules.maximumAge {
            let share = Double.random(in: 0...1, using: &random) * Swift.min(1, Swift.max(0, rules.ageJitter))
            actions.append(.armAge(id, age * (1 - share)))
        }
        return actions + takeOver(id, member.slot) + advance()
    }

    mutating func ask(_ id: Int, _ cause: PoolCause, drain: Duration, isAgain: Bool = false) -> [PoolAction] {
        guard let member = members[id] else { return [] }
        switch member.phase {
        case .killed: return []
        case .stopping(let step):
            // A pool that ends may have less patience than what was asked before.
            return isAgain && step == 0 ? [.armStop(id, step: 0, drain)] : []
        case .starting, .ready:
            members[id]?.phase = .stopping(step: 0)
            members[id]?.cause = cause
            return [.askToStop(id), .armStop(id, step: 0, drain)]
        }
    }

    private mutating func stopPatienceOver(_ id: Int, _ step: Int) -> [PoolAction] {
        guard let member = members[id], member.phase == .stopping(step: step) else { return [] }
        guard step < rules.stop.steps.count else { return kill(id, member.cause) }
        members[id]?.phase = .stopping(step: step + 1)
        let rung = rules.stop.steps[step]
        return [.signal(id, rung.signal), .armStop(id, step: step + 1, rung.patience)]
    }

    private mutating func kill(_ id: Int, _ cause: PoolCause) -> [PoolAction] {
        members[id]?.phase = .killed
        members[id]?.cause = cause
        return [.kill(id)]
    }

    private mutating func ended(_ id: Int, _ now: MonotonicInstant) -> [PoolAction] {
        guard let member = members.removeValue(forKey: id) else { return [] }
        let actions: [PoolAction] = [.bury(id, member.cause)]
        let slot = slots[member.slot - 1]
        if life == .beginning, !member.cause.isAsked {
            slots[member.slot - 1].current = nil
            return actions + [.startFailed(id)] + stop(drain: rules.drain)
        }
        if slot.successor == id { return actions + successorEnded(id, member) }
        guard slot.current == id else {
            // The old one of a replacement: the next may follow.
            if overlapping == member.slot { overlapping = nil }
            return actions + advance()
        }
        slots[member.slot - 1].current = nil
        if let successor = slot.successor {
            slots[member.slot - 1].current = successor
            slots[member.slot - 1].successor = nil
            slots[member.slot - 1].postponed = nil
            replacements.removeAll { $0.slot == member.slot }
            if overlapping == member.slot { overlapping = nil }
            return actions + advance()
        }
        guard !member.cause.isAsked else { return actions + fill(member.slot) + advance() }
        let lived = member.readyAt.map { now - $0 } ?? .zero
        slots[member.slot - 1].failures = lived >= rules.backoff.resetAfter ? 1 : slot.failures + 1
        return actions + postpone(member.slot) + advance()
    }

    /// Fills the slot at once, or after a pause when it has failed more than once.
    mutating func postpone(_ number: Int) -> [PoolAction] {
        guard life == .beginning || life == .running, slots[number - 1].isWanted else { return [] }
        let delay = rules.backoff.delay(afterFailures: slots[number - 1].failures, using: &random)
        guard delay > .zero else { return retry(number) }
        slots[number - 1].isWaiting = true
        return [.armRetry(slot: number, delay)]
    }
}
