import HobPolicy
public import Logging
import Synchronization

/// Runs tasks, a limited number at once, and loses none: each one ends in exactly one ``TaskOutcome``.
///
///     let pool = try TaskPool(limit: 8, logger: logger)
///     for url in urls { try await pool.submit("fetch \(url)", deadline: .seconds(30)) { try await fetch(url) } }
///     await pool.drain(within: .seconds(10))
///
/// A task that throws is logged with its label and told to the error handler, and the pool goes on. One whose deadline
/// passes is cancelled; one that still runs a while later is stuck: it is reported once, and a spare slot takes its
/// place. Tasks run detached: they see no task-local values of their submitter, and its end does not cancel them.
///
/// Timers are those of the clock; on a ``TimerClock`` deadlines are kept even when Swift's threads are all blocked.
public final class TaskPool: Sendable {
    typealias Work = @Sendable () async throws -> Void
    typealias Action = TaskPoolAction<Work>

    struct State {
        var machine: TaskPoolStateMachine<Work>
        /// By slot.
        var workers: [Task<Void, Never>?] = []
        var lastTicket: UInt64 = 0
        var submitters: [UInt64: CheckedContinuation<TaskRefusal?, Never>] = [:]
        var drainers: [CheckedContinuation<Void, Never>] = []
        var isDrained = false
        var timer: ClockTimer?
    }

    /// What the log calls the pool.
    public let name: String
    /// How much it does at once, and how long it waits.
    public let limits: TaskPoolLimits
    let handlers: TaskPoolHandlers
    let logger: Logger
    let state: Mutex<State>
    private let clock: any Clock<Duration>
    private let timeline: Timeline

    /// Makes a pool.
    ///
    /// - Parameters:
    ///   - limits: How much it does at once, and how long it waits.
    ///   - name: What the log calls it.
    ///   - logger: Where failed and stuck tasks go.
    ///   - clock: Whose time counts.
    ///   - handlers: What is called around tasks.
    /// - Throws: ``TaskError`` for limits that cannot be kept.
    public init(
        _ limits: TaskPoolLimits, name: String = "tasks", logger: Logger,
        clock: any Clock<Duration> = ContinuousClock(),
        handlers: TaskPoolHandlers = TaskPoolHandlers()
    ) throws(TaskError) {
        try limits.check()
        self.name = name
        self.limits = limits
        self.clock = clock
        self.handlers = handlers
        var logger = logger
        logger[metadataKey: "pool"] = "\(name)"
        self.logger = logger
        timeline = Timeline(clock)
        state = Mutex(State(machine: TaskPoolStateMachine(limits)))
    }

    /// Makes a pool that runs so many tasks at once, 1 or more, with the default limits for the rest.
    ///
    /// - Throws: ``TaskError`` for a limit below 1.
    public convenience init(
        limit: Int, name: String = "tasks", logger: Logger, clock: any Clock<Duration> = ContinuousClock(),
        handlers: TaskPoolHandlers = TaskPoolHandlers()
    ) throws(TaskError) {
        try self.init(
            TaskPoolLimits(running: limit), name: name, logger: logger, clock: clock, handlers: handlers)
    }

    /// The numbers of this moment.
    public var snapshot: TaskPoolSnapshot { state.withLock { $0.machine.snapshot } }

    // MARK: Submitting

    /// Submits a task; waits only for room in the queue.
    ///
    /// - Parameters:
    ///   - label: What the log calls it.
    ///   - deadline: How long it may run; nil: the pool's deadline, zero: no limit, less than zero is an error.
    ///   - body: The work, in a detached task.
    /// - Throws: ``TaskError`` when the pool is being drained, and CancellationError when the caller was cancelled while
    ///   it waited; the task is not run then.
    public func submit(
        _ label: String, deadline: Duration? = nil, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let task = try pooled(label, deadline, body)
        if enterAtOnce(task) { return }
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        let refusal = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                act { state, now in
                    state.submitters[ticket] = continuation
                    let actions = state.machine.handle(.submitted(task, ticket: ticket), at: now)
                    return Task.isCancelled
                        ? actions + state.machine.handle(.withdrawn(ticket: ticket), at: now) : actions
                }
            }
        } onCancel: {
            act { state, now in state.machine.handle(.withdrawn(ticket: ticket), at: now) }
        }
        switch refusal {
        case nil: return
        case .withdrawn: throw CancellationError()
        case .closed: throw closed(label)
        }
    }

    /// Submits a task if it need not wait for room; never waits.
    ///
    /// - Parameters: As those of ``submit(_:deadline:_:)``.
    /// - Throws: ``TaskError`` when the queue is full or the pool is being drained; the task is not run then.
    public func trySubmit(
        _ label: String, deadline: Duration? = nil, _ body: @escaping @Sendable () async throws -> Void
    ) throws(TaskError) {
        let task = try pooled(label, deadline, body)
        var refusal: TaskError?
        act { state, now in
            if state.machine.isClosed {
                refusal = closed(label)
            } else if !state.machine.hasRoom {
                refusal = TaskError(
                    .poolFull,
                    "\(label): the queue of \(name) is full (\(state.machine.snapshot.queued) tasks): try later, "
                        + "or wait with submit")
            }
            return state.machine.handle(.submitted(task, ticket: nil), at: now)
        }
        if let refusal { throw refusal }
    }

    private func pooled(_ label: String, _ deadline: Duration?, _ body: @escaping Work) throws(TaskError) -> PooledTask<
        Work
    > {
        let limit = try TaskError.checkedLimit(deadline ?? limits.deadline, label)
        return PooledTask(
            label: label, deadline: limit, submitted: handlers.observe == nil ? .zero : now, work: body)
    }

    /// False when there is no room now.
    private func enterAtOnce(_ task: PooledTask<Work>) -> Bool {
        var isIn = false
        act(reading: task.deadline != nil) { state, now in
            guard state.machine.hasRoom, !state.machine.isClosed else { return [] }
            isIn = true
            return state.machine.handle(.submitted(task, ticket: nil), at: now)
        }
        return isIn
    }

    private func closed(_ label: String) -> TaskError {
        TaskError(.poolClosed, "\(label): \(name) is being drained and takes no further task")
    }

    // MARK: Draining

    /// Takes no further task, and waits until all have ended; what has not ended by then is cancelled and named.
    ///
    /// It returns at the latest when the limit and ``TaskPoolLimits/stuckAfter`` have passed, however the tasks behave;
    /// when its own task is cancelled, the limit counts as passed.
    ///
    /// - Parameter limit: How long all of them may still run; zero or less cancels them at once.
    /// - Returns: What was cut off.
    @discardableResult
    public func drain(within limit: Duration) async -> TaskPoolRemains {
        let end = now + limit
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                act { state, now in
                    if state.isDrained {
                        continuation.resume()
                        return []
                    }
                    state.drainers.append(continuation)
                    return state.machine.handle(.drain(until: Task.isCancelled ? now : end), at: now)
                }
            }
        } onCancel: {
            act { state, now in state.machine.handle(.drain(until: now), at: now) }
        }
        let remains = state.withLock { $0.machine.remains }
        for (labels, words) in [
            (remains.dropped, "were never begun"), (remains.cancelled, "were cancelled"),
            (remains.running, "still run although they were cancelled"),
        ] where !labels.isEmpty {
            logger.warning("draining took too long: these tasks \(words): \(labels.joined(separator: ", "))")
        }
        return remains
    }

    // MARK: Acting

    var now: MonotonicInstant { MonotonicInstant(nanoseconds: timeline.elapsed().wholeNanoseconds) }

    /// Lets the machine decide under the lock, and does what it says.
    ///
    /// - Parameter isTimed: Whether the time counts for certain.
    func act(reading isTimed: Bool = true, _ decide: (inout State, MonotonicInstant) -> [Action]) {
        let later = state.withLock { state in
            let isTimed = isTimed || state.machine.needsTime || handlers.observe != nil
            return begin(decide(&state, isTimed ? now : .zero), &state)
        }
        for action in later { finish(action) }
    }

    /// What must happen under the lock; the rest is answered.
    func begin(_ actions: [Action], _ state: inout State) -> [PendingAction] {
        var later: [PendingAction] = []
        for action in actions {
            switch action {
            case .run(let slot, let task): spawn(slot, task, &state)
            case .admit(let ticket): later.append(.answer(state.submitters.removeValue(forKey: ticket), nil))
            case .refuse(let ticket, let code):
                later.append(
                    .answer(state.submitters.removeValue(forKey: ticket), code == nil ? .withdrawn : .closed))
            case .cancel(let slot): if let worker = state.workers[slot] { later.append(.cancel(worker)) }
            case .reportStuck(let label, let ran): later.append(.reportStuck(label, ran))
            case .setTimer(let moment):
                state.timer?.cancel()
                // A timer may go off while the lock is held, on another thread: it waits there.
                state.timer = clock.timer(after: max(.zero, moment - now)) { [weak self] in
                    self?.act { state, now in state.machine.handle(.timer, at: now) }
                }
            case .drained:
                state.isDrained = true
                state.timer?.cancel()
                later.append(.drained(state.drainers))
                state.drainers = []
            }
        }
        return later
    }

    private func finish(_ action: PendingAction) {
        switch action {
        case .answer(let submitter, let refusal): submitter?.resume(returning: refusal)
        case .cancel(let worker): worker.cancel()
        case .drained(let drainers): for drainer in drainers { drainer.resume() }
        case .reportStuck(let label, let ran):
            logger.error(
                "a task is stuck: it was cancelled at its deadline and still runs; a spare slot takes its place",
                metadata: ["task": "\(label)", "ran": "\(ran.brief)"])
            handlers.observe?(.stuck(label: label, ran: ran))
        }
    }

    func perform(_ actions: [PendingAction]) { for action in actions { finish(action) } }
}
