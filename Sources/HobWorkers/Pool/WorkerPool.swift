import HobSystem

/// Worker processes of the same program, kept alive: a crash, a leak or an endless loop in one of them costs one worker.
///
///     struct Echo: Worker {
///         func run(_ context: WorkerContext) async throws {
///             try await withThrowingDiscardingTaskGroup { group in
///                 for try await connection in try context.connections(on: "echo") {
///                     group.addTask { try await answer(connection) }
///                 }
///             }
///         }
///     }
///
///     let pool = try WorkerPool(Echo.self, min: 2, max: 8, listeners: [.tcp("echo", "127.0.0.1:7000")])
///     try await pool.start()
///
/// The pool executes its own program again, whose main begins with `WorkerProcess.becomeWorkerIfAsked`
/// (a `Daemon` of Hob does that by itself). A worker that dies is replaced at once, one that is stuck is killed; ``restart()``
/// replaces all of them without a refused connection. A pool that is let go of kills its workers.
public final class WorkerPool: Sendable {
    private let listeners: [BoundListener]
    private let program: WorkerProgram
    private let work: WorkLoop
    private let core: LoopBound<WorkerPoolCore>
    private let snapshot: Monitor<WorkerPoolStatus>
    private let runsItself: Bool
    private let worker: String

    /// A pool of a worker that this program declares; nothing runs before ``start()``, but its sockets listen.
    ///
    /// - Parameters:
    ///   - worker: what the workers do.
    ///   - min: the fewest workers, and those it starts with; at least 1.
    ///   - max: the most workers; one more runs while another is being replaced.
    ///   - listeners: the sockets that all workers share.
    ///   - options: its habits.
    /// - Throws: ``WorkerPoolError`` when the bounds or names make no sense or an address cannot be bound.
    public convenience init(
        _ worker: any Worker.Type, min: Int, max: Int, listeners: [WorkerListener] = [],
        options: WorkerPoolOptions = WorkerPoolOptions()
    ) throws {
        do {
            try self.init(
                worker.name, try WorkerProgram.ofSelf(), true, min: min, max: max, listeners: listeners,
                options: options)
        } catch let error as SystemError {
            throw WorkerPoolError(.badConfiguration, error.message, cause: error)
        }
    }

    /// A pool whose workers run another executable, for tests; its main begins with
    /// `WorkerProcess.becomeWorkerIfAsked`.
    ///
    /// - Parameters:
    ///   - executable: its path.
    ///   - worker: the name of the worker among those that it declares.
    ///   - min: the fewest workers; at least 1.
    ///   - max: the most workers.
    ///   - listeners: the sockets that all workers share.
    ///   - options: its habits.
    /// - Throws: ``WorkerPoolError`` when the bounds or names make no sense or an address cannot be bound.
    public convenience init(
        executable: String, worker: String, min: Int, max: Int, listeners: [WorkerListener] = [],
        options: WorkerPoolOptions = WorkerPoolOptions()
    ) throws {
        do {
            try self.init(
                worker, try WorkerProgram.at(executable), false, min: min, max: max, listeners: listeners,
                options: options)
        } catch let error as SystemError {
            throw WorkerPoolError(.badConfiguration, error.message, cause: error)
        }
    }

    private init(
        _ worker: String, _ program: WorkerProgram, _ runsItself: Bool, min: Int, max: Int,
        listeners: [WorkerListener], options: WorkerPoolOptions
    ) throws {
        let name = options.name ?? worker
        guard min >= 1, max >= min, max <= 1000 else {
            throw WorkerPoolError(
                .badConfiguration, "pool \(name) cannot have \(min) to \(max) workers: write 1 <= min <= max <= 1000")
        }
        for listener in listeners {
            guard listener.isNameUsable, listeners.count(where: { $0.name == listener.name }) == 1 else {
                throw WorkerPoolError(
                    .badConfiguration,
                    "listener \"\(listener.name)\" of pool \(name): every listener needs a name of its own, of letters, digits, '.', '-' and '_'"
                )
            }
        }
        let bound = try listeners.map { try $0.bind() }
        self.listeners = bound
        self.program = program
        work = try WorkLoop.shared()
        snapshot = Monitor(
            WorkerPoolStatus(
                name: name, bounds: min...max, target: min, workers: [], waiting: [], failures: [], started: 0,
                failed: 0, requests: 0))
        self.runsItself = runsItself
        self.worker = worker
        let made = Promise<LoopBound<WorkerPoolCore>>()
        let (work, snapshot) = (self.work, self.snapshot)
        work.post { loop in
            made.fulfil(
                LoopBound(
                    WorkerPoolCore(
                        worker: worker, program: program, bounds: min...max, options: options, listeners: bound,
                        status: snapshot, on: loop, work)))
        }
        core = made.wait()
    }

    deinit {
        let core = self.core
        // The core lives as long as its workers do.
        work.post { _ in core.value.stop(drain: .zero) { _ = core } }
    }

    /// The pool now.
    public var status: WorkerPoolStatus { snapshot.withLock { $0 } }

    /// The address that a listener is bound to, with the port that the kernel chose: `127.0.0.1:40123`, or a path.
    ///
    /// - Parameter listener: its name.
    /// - Returns: nil when there is none of this name.
    public func address(of listener: String) -> String? {
        listeners.first { $0.name == listener }?.address
    }

    /// Starts the fewest workers, and returns when all are ready; at once when the pool runs already.
    ///
    /// - Throws: ``WorkerPoolError`` when this program's main does not begin with
    ///   `WorkerProcess.becomeWorkerIfAsked`, or when a worker ends before all are ready, with its
    ///   error; none is left then.
    public func start() async throws {
        if runsItself, let refusal = WorkerProcess.refusal(of: worker) {
            throw WorkerPoolError(.notAWorkerHost, refusal)
        }
        do {
            try await order { core, done in core.start(done) }
        } catch {
            await stop(within: .zero)
            throw error
        }
    }

    /// Ends all workers, and returns when none is left; its sockets are closed then, and it cannot start again.
    ///
    /// - Parameter patience: how long they may finish what they have in hand; nil: ``WorkerPoolOptions/drain``. Then
    ///   ``WorkerPoolOptions/stop`` and SIGKILL follow.
    public func stop(within patience: Duration? = nil) async {
        await withCheckedContinuation { continuation in
            work.post { [core] _ in core.value.stop(drain: patience) { continuation.resume() } }
        }
    }

    /// Replaces all workers, one after the other: the new one is ready before the old one stops accepting and finishes
    /// what it has in hand. Returns when all are replaced.
    ///
    /// - Throws: ``WorkerPoolError``: the executable is of another build by now; a new worker ends before it is ready,
    ///   and the old ones stay; the pool ends.
    public func restart() async throws {
        try checkBuild()
        try await order { core, done in core.restart(nil, done) }
    }

    /// Replaces one worker in the same way.
    ///
    /// - Parameter number: the number of its slot, from 1.
    /// - Throws: As ``restart()``.
    public func restart(worker number: Int) async throws {
        try checkBuild()
        try await order { core, done in core.restart([number], done) }
    }

    /// Changes how many workers there shall be; returns at once.
    ///
    /// - Parameter count: between the bounds.
    /// - Throws: ``WorkerPoolError`` when the count is out of bounds, or the pool does not run.
    public func scale(to count: Int) async throws {
        try await order { core, done in core.scale(to: count, done) }
    }

    /// Here, and not on the thread that watches the workers: an executable may have to be read.
    private func checkBuild() throws {
        if let mismatch = program.mismatch { throw WorkerPoolError(.buildMismatch, mismatch) }
    }

    private func order(
        _ body: @escaping @Sendable (WorkerPoolCore, @escaping WorkerPoolCore.Completion) -> Void
    ) async throws {
        let error: WorkerPoolError? = await withCheckedContinuation { continuation in
            work.post { [core] _ in body(core.value) { continuation.resume(returning: $0) } }
        }
        if let error { throw error }
    }
}
