import Glibc
import HobPolicy
import HobSystem
import Logging

/// A pool at work: carries out what a ``WorkerPoolStateMachine`` decides.
///
/// It belongs to the work loop's thread, but for `status` and what never changes.
final class WorkerPoolCore {
    typealias Completion = (WorkerPoolError?) -> Void

    static let memoryInterval: Duration = .seconds(5)
    static let mostFailures = 32

    let work: WorkLoop
    let loop: EventLoop
    let worker: String
    let name: String
    let program: WorkerProgram
    let options: WorkerPoolOptions
    let listeners: [BoundListener]
    let status: Monitor<WorkerPoolStatus>
    var machine: WorkerPoolStateMachine
    var workers: [Int: LiveWorker] = [:]
    var startCompletions: [Completion] = []
    var restartCompletions: [Completion] = []
    var stopCompletions: [() -> Void] = []
    /// When the worker of a slot ended that nobody had asked to.
    var vacant: [Int: MonotonicTime] = [:]
    var failures: [WorkerEnd] = []
    var started = 0
    var failed = 0
    var requestsOfTheDead: UInt64 = 0
    var memoryTimer: TimerToken?

    init(
        worker: String, program: WorkerProgram, bounds: ClosedRange<Int>, options: WorkerPoolOptions,
        listeners: [BoundListener], status: Monitor<WorkerPoolStatus>, on loop: EventLoop,
        _ work: WorkLoop
    ) {
        self.work = work
        self.loop = loop
        self.worker = worker
        self.program = program
        self.options = options
        self.listeners = listeners
        self.status = status
        name = options.name ?? worker
        var rules = PoolRules(min: bounds.lowerBound, max: bounds.upperBound)
        rules.startDeadline = options.startDeadline
        rules.heartbeat = options.heartbeat?.limit
        rules.drain = options.drain
        rules.stop = options.stop
        rules.backoff = options.backoff
        rules.maximumAge = options.maximumAge
        rules.ageJitter = options.ageJitter
        machine = WorkerPoolStateMachine(rules, seed: UInt64.random(in: 0...UInt64.max))
    }

    // MARK: Orders

    func start(_ completion: @escaping Completion) {
        // Whoever waited for its readiness before running it as a service has done right.
        if machine.life == .running { return completion(nil) }
        guard machine.life == .idle else {
            return completion(WorkerPoolError(.notRunning, "pool \(name) was started and has ended; make another one"))
        }
        startCompletions.append(completion)
        if options.maximumMemory != nil { watchMemory() }
        handle(.start)
    }

    func restart(_ numbers: [Int]?, _ completion: @escaping Completion) {
        guard machine.life == .running else { return completion(notRunning) }
        restartCompletions.append(completion)
        handle(.restart(numbers))
    }

    func scale(to count: Int, _ completion: @escaping Completion) {
        guard machine.life == .running || machine.life == .beginning else { return completion(notRunning) }
        let bounds = machine.rules.min...machine.rules.max
        guard bounds.contains(count) else {
            let wish = "pool \(name) cannot have \(count) workers"
            return completion(
                WorkerPoolError(
                    .outOfBounds, "\(wish): it has at least \(bounds.lowerBound) and at most \(bounds.upperBound)"))
        }
        handle(.scale(count))
        completion(nil)
    }

    func stop(drain: Duration?, _ completion: @escaping () -> Void) {
        stopCompletions.append(completion)
        handle(.stop(drain: drain ?? options.drain))
    }

    private var notRunning: WorkerPoolError { WorkerPoolError(.notRunning, "pool \(name) does not run") }

    // MARK: Events and actions

    func handle(_ event: PoolEvent) {
        let now = MonotonicInstant(nanoseconds: MonotonicTime.now().nanoseconds)
        for action in machine.handle(event, at: now) { perform(action) }
        publish()
    }

    private func perform(_ action: PoolAction) {
        switch action {
        case .spawn(let life, let slot): spawn(life, slot)
        case .askToStop(let life):
            workers[life]?.isToStop = true
            workers[life]?.link?.send(WorkerMessage.stop.frame)
        case .signal(let life, let number):
            guard let worker = workers[life] else { return }
            guard let process = worker.process else { return worker.kill() }
            _ = try? process.handle.signal(SignalNumber(rawValue: number))
        case .kill(let life): workers[life]?.kill()
        case .armStart(let life, let delay): arm(life, .start, delay, .startTimedOut(life))
        case .armBeat(let life, let delay): arm(life, .beat, delay, .beatMissed(life))
        case .armAge(let life, let delay): arm(life, .age, delay, .ageOver(life))
        case .armStop(let life, let step, let delay): arm(life, .stop, delay, .stopPatienceOver(life, step: step))
        case .armRetry(let slot, let delay):
            options.logger.warning("pool \(name): the next attempt for worker \(slot) is in \(delay.brief)")
            loop.schedule(after: delay) { [weak self] in self?.handle(.retryDue(slot: slot)) }
        case .bury(let life, let cause): bury(life, cause)
        case .startSucceeded: complete(&startCompletions, nil)
        case .startFailed: complete(&startCompletions, failure(.startFailed, "pool \(name) cannot start"))
        case .restartSucceeded: complete(&restartCompletions, nil)
        case .restartFailed(nil):
            complete(
                &restartCompletions, WorkerPoolError(.notRunning, "pool \(name) ends, so the restart was given up"))
        case .restartFailed:
            let error = failure(.restartFailed, "pool \(name) keeps its old workers, since a new one was never ready")
            options.logger.error("\(error)")
            complete(&restartCompletions, error)
        case .stopped: stopped()
        }
    }

    private func arm(_ life: Int, _ purpose: LiveWorker.Purpose, _ delay: Duration, _ event: PoolEvent) {
        guard let worker = workers[life] else { return }
        let deadline = MonotonicTime.now() + delay
        if let timer = worker.timers[purpose], purpose == .beat, loop.reschedule(timer, at: deadline) { return }
        if let timer = worker.timers[purpose] { loop.cancel(timer) }
        worker.timers[purpose] = loop.schedule(at: deadline) { [weak self] in self?.handle(event) }
    }

    private func complete(_ completions: inout [Completion], _ error: WorkerPoolError?) {
        let waiting = completions
        completions = []
        // Whoever is told looks at the status next.
        publish()
        for completion in waiting { completion(error) }
    }

    private func failure(_ code: WorkerPoolError.Code, _ beginning: String) -> WorkerPoolError {
        WorkerPoolError(code, "\(beginning): \(failures.last?.sentence ?? "a worker has ended")")
    }

    private func stopped() {
        if let memoryTimer { loop.cancel(memoryTimer) }
        memoryTimer = nil
        for listener in listeners { listener.close() }
        complete(&startCompletions, WorkerPoolError(.notRunning, "pool \(name) was stopped while it started"))
        let waiting = stopCompletions
        stopCompletions = []
        publish()
        for completion in waiting { completion() }
    }

    private func watchMemory() {
        memoryTimer = loop.schedule(after: Self.memoryInterval) { [weak self] in
            guard let self, let limit = options.maximumMemory else { return }
            for (life, worker) in workers {
                guard let pid = worker.process?.pid, let bytes = ProcessMemory.residentBytes(of: pid) else { continue }
                worker.memory = ByteSize(bytes: bytes)
                if bytes > limit.bytes { handle(.recycle(life, .memory)) }
            }
            watchMemory()
        }
    }

    // MARK: Reports

    func tell(_ event: WorkerPoolEvent) { options.observer?(event) }

    func publish() {
        let now = MonotonicTime.now()
        let living = workers.values.sorted { ($0.number, $0.life) < ($1.number, $1.life) }.compactMap { worker in
            machine.members[worker.life].map { member in
                WorkerPoolStatus.Worker(
                    number: worker.number, pid: worker.process?.pid, state: Self.state(member.phase),
                    age: now - worker.born, requests: Int(clamping: worker.requests), memory: worker.memory)
            }
        }
        let requests = workers.values.reduce(requestsOfTheDead) { $0 &+ $1.requests }
        let snapshot = WorkerPoolStatus(
            name: name, bounds: machine.rules.min...machine.rules.max, target: machine.target, workers: living,
            waiting: (1...machine.rules.max).filter { machine.state(ofSlot: $0) == .waiting }, failures: failures,
            started: started, failed: failed, requests: Int(clamping: requests))
        status.withLock { $0 = snapshot }
    }

    private static func state(_ phase: PoolMember.Phase) -> WorkerPoolStatus.Worker.State {
        switch phase {
        case .starting: .starting
        case .ready: .ready
        case .stopping: .stopping
        case .killed: .killed
        }
    }
}
