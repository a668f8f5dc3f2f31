import HobPolicy
import Logging
import Synchronization

extension TaskPool {
    /// Starts a worker for a slot; under the lock, so that nobody cancels it before it is known.
    func spawn(_ slot: Int, _ task: PooledTask<Work>, _ state: inout State) {
        while state.workers.count <= slot { state.workers.append(nil) }
        state.workers[slot] = Task.detached { await self.work(slot, task) }
    }

    /// Runs one task after the other, as long as there are some and none was cancelled.
    private func work(_ slot: Int, _ first: PooledTask<Work>) async {
        var task = first
        while let next = await run(task, slot) { task = next }
    }

    /// Runs one task; answers the next one of this worker.
    private func run(_ task: PooledTask<Work>, _ slot: Int) async -> PooledTask<Work>? {
        let started = handlers.observe == nil ? MonotonicInstant.zero : now
        handlers.observe?(.started(label: task.label, waited: started - task.submitted))
        await handlers.before?(task.label)
        var failure: (any Error)?
        do { try await task.work() } catch { failure = error }
        let ending: TaskEnding =
            failure.map { $0 is CancellationError ? .threwCancellation : .threw } ?? .returned
        if ending == .returned, handlers.after == nil, handlers.observe == nil {
            if let next = endAtOnce(slot) { return next.task }
        }
        let (outcome, isSpent) = state.withLock { state in
            let isSpent = state.machine.isCancelled(slot: slot)
            return (state.machine.settle(slot: slot, ending), isSpent)
        }
        await tell(task, outcome, failure, isSpent, started)
        return vacate(slot, isSpent: isSpent)
    }

    private struct Next {
        var task: PooledTask<Work>?
    }

    /// The short way of a task that has ended well, with one turn of the lock; nil when there is more to do.
    private func endAtOnce(_ slot: Int) -> Next? {
        var next = Next()
        var isDone = false
        var later: [PendingAction] = []
        state.withLock { state in
            guard !state.machine.isCancelled(slot: slot) else { return }
            isDone = true
            _ = state.machine.settle(slot: slot, .returned)
            later = vacate(slot, isSpent: false, &state, &next)
        }
        perform(later)
        return isDone ? next : nil
    }

    private func vacate(_ slot: Int, isSpent: Bool) -> PooledTask<Work>? {
        var next = Next()
        perform(state.withLock { vacate(slot, isSpent: isSpent, &$0, &next) })
        return next.task
    }

    private func vacate(_ slot: Int, isSpent: Bool, _ state: inout State, _ next: inout Next) -> [PendingAction] {
        let isTimed = state.machine.needsTime
        var actions = state.machine.handle(.vacated(slot: slot), at: isTimed ? now : .zero)
        // The worker that has just become free takes the next task itself, unless it was cancelled.
        if !isSpent,
            let place = actions.firstIndex(where: { if case .run(slot, _) = $0 { true } else { false } }),
            case .run(_, let task) = actions.remove(at: place)
        {
            next.task = task
        } else {
            state.workers[slot] = nil
        }
        return actions.isEmpty ? [] : begin(actions, &state)
    }

    /// Tells the log and the handlers what has become of a task; none of it is cancelled with it.
    private func tell(
        _ task: PooledTask<Work>, _ outcome: TaskOutcome, _ failure: (any Error)?, _ isSpent: Bool,
        _ started: MonotonicInstant
    ) async {
        let error =
            outcome == .timedOut ? TaskError.expired(task.label, task.deadline ?? .zero, failure) : failure
        let report = TaskReport(label: task.label, outcome: outcome, error: error)
        handlers.observe?(.ended(report, ran: now - started))
        let isFault = outcome == .failed || outcome == .timedOut
        if isFault, let error { logger.error("a task failed", error: error, metadata: ["task": "\(task.label)"]) }
        if isSpent {
            await Task.detached { [handlers] in await handlers.follow(report, isFault) }.value
        } else {
            await handlers.follow(report, isFault)
        }
    }
}

extension TaskPoolHandlers {
    /// Calls those that come after a task.
    fileprivate func follow(_ report: TaskReport, _ isFault: Bool) async {
        if isFault, let error = report.error { await onError?(report.label, error) }
        await after?(report)
    }
}
