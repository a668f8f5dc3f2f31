import Glibc
import HobPolicy
import HobSystem
import Synchronization

/// A worker in its process: its link to the pool, its signals, its end.
///
/// @unchecked Sendable: `link`, `acceptors`, `task` and `isEnding` belong to the work loop's thread; everything else is
/// constant, atomic or under `state`.
final class WorkerRuntime: @unchecked Sendable {
    private struct State {
        var isStopping = false
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter: UInt64 = 0
    }

    /// Counts are told at most so often.
    private static let reportInterval: Int64 = 250_000_000
    /// The status of a worker that has thrown.
    private static let failed: Int32 = 1

    let setup: WorkerSetup
    let work: WorkLoop
    private let state = Mutex(State())
    private let requests = Atomic<UInt64>(0)
    private let lastReport = Atomic<Int64>(0)
    private let hasAskedForReplacement = Atomic<Bool>(false)
    private let control: Descriptor
    private let listeners: [String: Descriptor]
    private let signals: SignalPipe
    private var link: FrameLink?
    private var acceptors: [String: Acceptor] = [:]
    private var task: Task<Void, Never>?
    private var isEnding = false

    init(_ setup: WorkerSetup) throws(SystemError) {
        self.setup = setup
        control = Descriptor(owning: WorkerSetup.control)
        try control.setCloseOnExec(true)
        var listeners: [String: Descriptor] = [:]
        for (index, name) in setup.listeners.enumerated() {
            let socket = Descriptor(owning: WorkerSetup.control + 1 + Int32(index))
            try socket.setCloseOnExec(true)
            listeners[name] = socket
        }
        self.listeners = listeners
        signals = try SignalPipe([.terminate, .interrupt, .hangUp])
        work = try WorkLoop.shared()
    }

    /// Introduces itself and calls the worker's `run`.
    func begin(_ type: any Worker.Type) throws(SystemError) {
        let build = try BuildID.ofSelf(expecting: setup.build).hash
        work.post { [self] loop in
            do throws(SystemError) {
                let link = try FrameLink(control, limit: WorkerMessage.mostBytes, on: loop)
                self.link = link
                link.received = { [self] frame in if WorkerMessage(frame) == .stop { stop() } }
                link.ended = { [self] _ in orphaned(loop) }
                try loop.watch(signals.raw, events: .read) { [self] _ in for signal in signals.next() { heard(signal) }
                }
                link.send(WorkerMessage.hello(version: WorkerMessage.version, build: build).frame)
            } catch {
                Glibc.exit(70)
            }
            task = Task.detached { [self] in await run(type) }
            if setup.beatsByItself, let heartbeat = setup.heartbeat { beatByItself(every: heartbeat / 4) }
        }
    }

    private func run(_ type: any Worker.Type) async {
        let context = WorkerContext(runtime: self)
        if !type.announcesReadiness { ready() }
        do {
            try await type.init().run(context)
            end(nil)
        } catch {
            // Interrupted at a stop, it ends as it likes.
            end(error is CancellationError && isStopping ? nil : "\(Swift.type(of: error)): \(error)")
        }
    }

    private func beatByItself(every interval: Duration) {
        Task.detached { [self] in
            while true {
                report()
                try? await Task.sleep(for: interval)
            }
        }
    }

    // MARK: What the worker says

    func ready() { send(.ready) }

    /// Tells of progress, unless that was done a moment ago.
    func beat() {
        let now = MonotonicTime.now().nanoseconds
        let pause = min(Self.reportInterval, (setup.heartbeat?.wholeNanoseconds ?? .max) / 8)
        guard now - lastReport.load(ordering: .relaxed) >= pause else { return }
        lastReport.store(now, ordering: .relaxed)
        report()
    }

    func requestDone() {
        let count = requests.add(1, ordering: .relaxed).newValue
        if let most = setup.maximumRequests, count >= UInt64(max(1, most)),
            !hasAskedForReplacement.exchange(true, ordering: .relaxed)
        {
            report()
            send(.recycle(isForRequests: true))
        }
        beat()
    }

    private func report() { send(.beat(requests: requests.load(ordering: .relaxed))) }

    private func send(_ message: WorkerMessage) {
        work.post { [self] _ in link?.send(message.frame) }
    }

    // MARK: Stopping

    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// Returns when the worker is asked to end, or the task is cancelled.
    func stopRequested() async {
        let waiter = state.withLock { state -> UInt64 in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state -> Bool in
                    if state.isStopping || Task.isCancelled { return true }
                    state.waiting[waiter] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: waiter) }?.resume()
        }
    }

    private func stop() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.isStopping = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for acceptor in acceptors.values { acceptor.stop() }
        for continuation in waiting { continuation.resume() }
    }

    private func heard(_ signal: SignalNumber) {
        switch signal {
        case .terminate:
            // Asked a second time, it shall not go on with what it has in hand.
            if isStopping { task?.cancel() } else { stop() }
        case .hangUp: link?.send(WorkerMessage.recycle(isForRequests: false).frame)
        // Ctrl-C is the pool's business.
        default: break
        }
    }

    /// The pool is gone.
    private func orphaned(_ loop: EventLoop) {
        link = nil
        stop()
        loop.schedule(after: setup.drain) { [self] in
            task?.cancel()
            loop.schedule(after: .seconds(1)) { _exit(Self.failed) }
        }
    }

    // MARK: The end

    /// Ends the process because a piece of work has passed its hard timeout.
    func overran(_ label: String, _ limit: Duration) {
        finish("hard timeout: \(label) took longer than \(limit.brief)") { _exit(Self.failed) }
    }

    private func end(_ failure: String?) {
        work.post { [self] _ in finish(failure) { Glibc.exit(failure == nil ? 0 : Self.failed) } }
    }

    /// Says the last words, and ends when they are on their way.
    private func finish(_ failure: String?, _ exit: @escaping () -> Void) {
        guard !isEnding else { return }
        isEnding = true
        guard let link else { return exit() }
        link.send(WorkerMessage.beat(requests: requests.load(ordering: .relaxed)).frame)
        // Nobody reads any more: the pool has closed the link, which ends the drain as well.
        link.ended = { _ in exit() }
        link.drained = exit
        link.send(WorkerMessage.failed(failure ?? "").frame)
    }

    // MARK: Listeners

    func listener(_ name: String) throws(WorkerContextError) -> Descriptor {
        guard let socket = listeners[name] else {
            let known = setup.listeners.joined(separator: ", ")
            throw WorkerContextError(
                .noSuchListener,
                "worker \(setup.worker) has no listener \"\(name)\", but \(known.isEmpty ? "none" : known)")
        }
        return socket
    }

    /// The acceptor of a listener, on the loop's thread.
    func acceptor(_ name: String, _ socket: Descriptor, _ loop: EventLoop) -> Acceptor {
        if let acceptor = acceptors[name] { return acceptor }
        let acceptor = Acceptor(socket, on: loop)
        if isStopping { acceptor.stop() }
        acceptors[name] = acceptor
        return acceptor
    }
}
