import HobPolicy

/// A pool of tasks, decided: inputs in, actions out, nothing run.
///
///     submitted ─► waiting ─► queued ─► running ──────────────► settled ─► vacated
///         └─► refused ◄┘         │         │ deadline or drain     ▲
///                                ▼         ▼                       │
///                            cancelled  cancelled ── grace ─► stuck┘   a stuck one's slot is made up for by a spare
///
/// Never more than `running` tasks run that are not stuck, and never more than `running + spares` in all.
struct TaskPoolStateMachine<Work: Sendable>: Sendable {
    private enum Phase: Sendable {
        case running
        /// Cancelled; it may clean up until then.
        case cancelled(byDeadline: Bool, until: MonotonicInstant)
        case stuck(byDeadline: Bool)
        /// Its work has ended; what is done after it has not.
        case settled(TaskOutcome)
    }

    private struct Slot: Sendable {
        var label: String
        var started: MonotonicInstant
        var deadline: MonotonicInstant?
        var phase = Phase.running
    }

    private let limits: TaskPoolLimits
    private var slots: [Slot?] = []
    private var free: [Int] = []
    private var queue = RingBuffer<PooledTask<Work>>()
    private var waiting = RingBuffer<(ticket: UInt64, task: PooledTask<Work>)>()
    private var counts = TaskPoolSnapshot()
    /// Running and queued tasks that have a deadline.
    private var timed = 0
    private var timer: MonotonicInstant?
    private var drainUntil: MonotonicInstant?
    private var isCutOff = false
    private var graceEnd: MonotonicInstant?
    private var isDrained = false
    /// What was cut off.
    private(set) var remains = TaskPoolRemains()

    init(_ limits: TaskPoolLimits) {
        self.limits = limits
    }

    /// The numbers of this moment.
    var snapshot: TaskPoolSnapshot {
        var snapshot = counts
        snapshot.queued = queue.count
        snapshot.waiting = waiting.count
        return snapshot
    }

    /// Whether a task that is submitted now need not wait.
    var hasRoom: Bool { waiting.isEmpty && (canRun || queue.count < limits.queued) }
    /// Whether the pool takes nothing any more.
    var isClosed: Bool { drainUntil != nil }
    /// Whether the time counts: a deadline is pending, or may become so.
    var needsTime: Bool { timed > 0 || isClosed }
    /// Whether the task of this slot was cancelled, so that what ran it must not run another.
    func isCancelled(slot: Int) -> Bool {
        switch slots[slot]?.phase {
        case .cancelled, .stuck: true
        case .running, .settled, nil: false
        }
    }

    private var canRun: Bool { counts.running < limits.running + min(counts.stuck, limits.spares) }

    /// Takes an input and answers what is to be done, in this order.
    mutating func handle(_ input: TaskPoolInput<Work>, at now: MonotonicInstant) -> [TaskPoolAction<Work>] {
        var actions: [TaskPoolAction<Work>] = []
        switch input {
        case .submitted(let task, let ticket): submit(task, ticket, now, &actions)
        case .withdrawn(let ticket):
            if waiting.removeFirst(where: { $0.ticket == ticket }) != nil {
                counts.refused += 1
                actions.append(.refuse(ticket: ticket, nil))
            }
        case .vacated(let slot): vacate(slot, now, &actions)
        case .timer:
            timer = nil
            expire(now, &actions)
        case .drain(let end): drain(until: end, now, &actions)
        }
        return actions
    }

    /// The work of a slot has ended: what has become of its task. The slot stays taken until it is vacated.
    mutating func settle(slot: Int, _ ending: TaskEnding) -> TaskOutcome {
        guard let entry = slots[slot] else { return .cancelled }
        let outcome: TaskOutcome
        switch (entry.phase, ending) {
        case (.settled(let outcome), _): return outcome
        case (.cancelled(byDeadline: true, _), _), (.stuck(byDeadline: true), _): outcome = .timedOut
        case (_, .returned): outcome = .succeeded
        case (.cancelled(byDeadline: false, _), .threwCancellation), (.stuck(byDeadline: false), .threwCancellation):
            outcome = .cancelled
        case (_, .threw), (.running, .threwCancellation): outcome = .failed
        }
        if case .stuck = entry.phase { counts.stuck -= 1 }
        slots[slot]?.phase = .settled(outcome)
        return outcome
    }

    // MARK: In and out

    private mutating func submit(
        _ task: PooledTask<Work>, _ ticket: UInt64?, _ now: MonotonicInstant, _ actions: inout [TaskPoolAction<Work>]
    ) {
        if isClosed {
            counts.refused += 1
            if let ticket { actions.append(.refuse(ticket: ticket, .poolClosed)) }
            return
        }
        if hasRoom {
            if let ticket { actions.append(.admit(ticket: ticket)) }
            enter(task, now, &actions)
        } else if let ticket {
            waiting.append((ticket, task))
        } else {
            counts.refused += 1
        }
    }

    private mutating func enter(
        _ task: PooledTask<Work>, _ now: MonotonicInstant, _ actions: inout [TaskPoolAction<Work>]
    ) {
        if task.deadline != nil { timed += 1 }
        if queue.isEmpty, canRun { run(task, now, &actions) } else { queue.append(task) }
    }

    private mutating func run(
        _ task: PooledTask<Work>, _ now: MonotonicInstant, _ actions: inout [TaskPoolAction<Work>]
    ) {
        let slot: Int
        if let freed = free.popLast() {
            slot = freed
        } else {
            slot = slots.count
            slots.append(nil)
        }
        let deadline = task.deadline.map { now + $0 }
        slots[slot] = Slot(label: task.label, started: now, deadline: deadline)
        counts.running += 1
        actions.append(.run(slot: slot, task))
        if let deadline { wake(at: deadline, &actions) }
    }

    private mutating func vacate(_ slot: Int, _ now: MonotonicInstant, _ actions: inout [TaskPoolAction<Work>]) {
        guard let entry = slots[slot], case .settled(let outcome) = entry.phase else { return }
        slots[slot] = nil
        free.append(slot)
        counts.running -= 1
        counts.add(outcome)
        if entry.deadline != nil { timed -= 1 }
        fill(now, &actions)
        endDraining(&actions)
    }

    /// Lets tasks run as long as there is room, and others take their places.
    private mutating func fill(_ now: MonotonicInstant, _ actions: inout [TaskPoolAction<Work>]) {
        while canRun {
            if let task = queue.popFirst() {
                run(task, now, &actions)
            } else if let next = waiting.popFirst() {
                if next.task.deadline != nil { timed += 1 }
                actions.append(.admit(ticket: next.ticket))
                run(next.task, now, &actions)
            } else {
                return
            }
        }
        // Whoever waits is let in by the half queue, not one by one: waking costs more than a small task.
        guard queue.count <= limits.queued / 2 else { return }
        while queue.count < limits.queued, let next = waiting.popFirst() {
            if next.task.deadline != nil { timed += 1 }
            actions.append(.admit(ticket: next.ticket))
            queue.append(next.task)
        }
    }

    // MARK: Time

    private mutating func wake(at moment: MonotonicInstant, _ actions: inout [TaskPoolAction<Work>]) {
        if let timer, timer <= moment { return }
        timer = moment
        actions.append(.setTimer(moment))
    }

    /// Looks at every running task; the timer is set anew for the first that is not due.
    private mutating func expire(_ now: MonotonicInstant, _ actions: inout [TaskPoolAction<Work>]) {
        if let end = drainUntil, end <= now, !isCutOff { cutOff(now, &actions) }
        var next = isCutOff ? graceEnd : drainUntil
        for index in slots.indices {
            guard let slot = slots[index] else { continue }
            switch slot.phase {
            case .running:
                guard let deadline = slot.deadline else { continue }
                if deadline <= now {
                    let end = now + limits.stuckAfter
                    slots[index]?.phase = .cancelled(byDeadline: true, until: end)
                    actions.append(.cancel(slot: index))
                    next = min(next ?? end, end)
                } else {
                    next = min(next ?? deadline, deadline)
                }
            case .cancelled(let byDeadline, let end):
                if end <= now {
                    slots[index]?.phase = .stuck(byDeadline: byDeadline)
                    counts.stuck += 1
                    // What a drain has cancelled is named at its end.
                    if byDeadline { actions.append(.reportStuck(label: slot.label, ran: now - slot.started)) }
                } else {
                    next = min(next ?? end, end)
                }
            case .stuck, .settled: continue
            }
        }
        // A stuck one has made room.
        fill(now, &actions)
        if let graceEnd, graceEnd <= now {
            endDraining(&actions, isOver: true)
        } else if let next {
            wake(at: next, &actions)
        }
    }

    // MARK: Draining

    private mutating func drain(
        until end: MonotonicInstant, _ now: MonotonicInstant, _ actions: inout [TaskPoolAction<Work>]
    ) {
        drainUntil = min(drainUntil ?? end, end)
        while let next = waiting.popFirst() {
            counts.refused += 1
            actions.append(.refuse(ticket: next.ticket, .poolClosed))
        }
        endDraining(&actions)
        guard !isDrained, !isCutOff else { return }
        if end <= now { expire(now, &actions) } else { wake(at: end, &actions) }
    }

    /// The time for draining is over.
    private mutating func cutOff(_ now: MonotonicInstant, _ actions: inout [TaskPoolAction<Work>]) {
        isCutOff = true
        graceEnd = now + limits.stuckAfter
        while let task = queue.popFirst() {
            if task.deadline != nil { timed -= 1 }
            counts.cancelled += 1
            remains.dropped.append(task.label)
        }
        for index in slots.indices {
            guard let slot = slots[index], case .running = slot.phase else { continue }
            slots[index]?.phase = .cancelled(byDeadline: false, until: now + limits.stuckAfter)
            remains.cancelled.append(slot.label)
            actions.append(.cancel(slot: index))
        }
        endDraining(&actions)
    }

    private mutating func endDraining(_ actions: inout [TaskPoolAction<Work>], isOver: Bool = false) {
        guard isClosed, !isDrained, isOver || counts.running == 0 && queue.isEmpty else { return }
        isDrained = true
        remains.running = slots.compactMap { $0?.label }
        actions.append(.drained)
    }
}
