import Glibc
import HobControllerCore
import HobPolicy
import HobSystem
import Logging

/// Carries out what a ``ControllerStateMachine`` decides, on one event loop; it answers once and is then over.
///
/// Nothing here decides: each event goes to the machine, and each of its actions is one method.
final class ControllerOperation {
    let facts: DaemonFacts
    let surroundings: ControllerLoop
    var loop: EventLoop { surroundings.loop }
    let requests: RequestBuilder
    let finder: DaemonFinder
    private var machine: ControllerStateMachine
    private var answer: ((ControllerOutcome) -> Void)?
    private var events: [ControllerEvent] = []
    private var isHandling = false

    private var timers: [ControllerTimer: TimerToken] = [:]
    private var lockWait: TimerToken?
    private var ticket: LockQueue.Ticket?
    /// The lock file, while we hold its lock.
    var lock: LockFile?
    /// Everybody we know by now, by number.
    var known: [Int32: ProcessIdentity] = [:]
    var tree: DaemonTree?
    var launch: Launch?
    private var daemonWatch: (handle: ProcessHandle, watch: Watch)?
    var listeners = Listeners()
    var preparation: Preparation?
    var helper: HelperCommand?
    var output: CapturedOutput?
    var log: LogTrace?
    /// Our own trouble beside what the machine knows; it ends up in the message.
    var cause: (any Error)?
    /// What had not come when the time was over.
    private var missing: String?
    /// Something that went wrong although the daemon runs.
    var trouble: String?

    init(
        _ request: ControllerRequest, _ facts: DaemonFacts, on surroundings: ControllerLoop,
        answer: @escaping (ControllerOutcome) -> Void
    ) {
        self.facts = facts
        self.surroundings = surroundings
        self.answer = answer
        requests = RequestBuilder(facts)
        finder = DaemonFinder(facts)
        machine = ControllerStateMachine(request, plan: facts.plan)
    }

    /// Begins; the answer may come at once.
    func begin() { handle(.begin) }

    /// Tells it that nobody wants the answer any more; the answer comes all the same.
    func cancel() { handle(.cancelled) }

    /// Takes an event, now or after the one that is being handled.
    func handle(_ event: ControllerEvent) {
        events.append(event)
        guard !isHandling else { return }
        isHandling = true
        defer { isHandling = false }
        while !events.isEmpty {
            let event = events.removeFirst()
            facts.configuration.logger?.trace("controller event", metadata: note("event", "\(event)"))
            for action in machine.handle(event) {
                facts.configuration.logger?.debug("controller action", metadata: note("action", "\(action)"))
                facts.configuration.observer?(action)
                perform(action)
            }
        }
    }

    private func note(_ key: String, _ value: String) -> Logger.Metadata {
        ["daemon": .string(facts.configuration.identifier), key: .string(value)]
    }

    private func perform(_ action: ControllerAction) {
        switch action {
        case .lock: takeLock()
        case .lookUp: lookUp()
        case .prepare: prepare()
        case .spawn: spawn()
        case .listen(let sources): listen(sources)
        case .deafen: deafen()
        case .signal(let pid, let signal): if let identity = known[pid] { theTree?.signal(identity, signal) }
        case .signalTree(let signal): signalTree(signal)
        case .watchDaemon(let pid): watchDaemon(pid)
        case .watchTree: watchTree()
        case .runStopCommand: runHelper(facts.configuration.stopCommand, isMarked: false)
        case .runRestartCommand: runHelper(facts.configuration.restartCommand, isMarked: true)
        case .adopt(let pid): adopt(pid)
        case .forget: forget()
        case .set(let timer, let delay): set(timer, after: delay)
        case .unset(let timer): if let token = timers.removeValue(forKey: timer) { loop.cancel(token) }
        case .finish(let result): finish(result)
        }
    }

    // MARK: The lock and the timers

    private func takeLock() {
        let mailbox = loop.mailbox
        let box = LoopBound(self)
        ticket = LockQueue.shared.take(facts.lockPath) { result in
            mailbox.post { box.value.lockAnswered(result) }
        }
        let longest = facts.plan.startTimeout + facts.plan.startAbortTimeout + facts.plan.stopTimeout + .seconds(20)
        lockWait = loop.schedule(after: longest) { [weak self] in
            guard let self else { return }
            handle(.lockFailed("its lock file \(facts.lockPath) has been locked for \(longest.brief) by somebody else"))
        }
    }

    private func lockAnswered(_ result: Result<LockFile, SystemError>) {
        if let lockWait { loop.cancel(lockWait) }
        lockWait = nil
        switch result {
        case .success(let lock):
            guard !machine.isOver else { return LockQueue.shared.release(facts.lockPath, lock) }
            self.lock = lock
            handle(.locked)
        case .failure(let error):
            cause = error
            handle(.lockFailed(error.message))
        }
    }

    private func set(_ timer: ControllerTimer, after delay: Duration) {
        if let token = timers[timer] { loop.cancel(token) }
        timers[timer] = loop.schedule(after: delay) { [weak self] in
            guard let self else { return }
            timers[timer] = nil
            // Where nothing announces changes of the log, a look decides.
            if timer == .inactivity, log?.hasChanged() ?? false { return handle(.logActivity) }
            if timer != .step { missing = whatIsMissing }
            handle(.expired(timer))
        }
    }

    private var whatIsMissing: String? {
        guard let launch, !launch.isOver, !facts.plan.daemonizes else { return listeners.missing(facts) }
        return "Its start command has not returned: a program that stays in the foreground needs 'daemonizes' "
            + "(hob control: --daemonize)."
    }

    private func lookUp() {
        do throws(SystemError) {
            let found = try finder.look()
            if let main = found.main { known[main.pid] = main }
            handle(.found(found.presence))
        } catch {
            cause = error
            handle(.lookFailed(error.message))
        }
    }

    // MARK: The daemon's main process

    private func watchDaemon(_ pid: Int32) {
        if let daemonWatch { loop.cancel(daemonWatch.watch) }
        daemonWatch = nil
        guard let identity = known[pid], let handle = (try? identity.open()) ?? nil,
            let watch = try? loop.watch(
                handle.raw, events: .read, handler: { [weak self] _ in self?.daemonEnded() })
        else { return self.handle(.daemonEnded(nil)) }
        daemonWatch = (handle, watch)
        theTree?.add(identity)
    }

    private func daemonEnded() {
        guard let daemonWatch else { return }
        loop.cancel(daemonWatch.watch)
        self.daemonWatch = nil
        if machine.asksHowDaemonEnded { return tellEnd(of: daemonWatch.handle, attempts: 3) }
        handle(.daemonEnded(nil))
    }

    /// New kernels tell how somebody else's child has ended, but not before its parent has reaped it: in this moment.
    private func tellEnd(of handle: ProcessHandle, attempts: Int) {
        let status = (try? handle.exitInfo()) ?? nil
        guard status == nil, attempts > 0 else { return self.handle(.daemonEnded(status.map(ExitOutcome.init))) }
        loop.schedule(after: .milliseconds(1)) { [weak self] in self?.tellEnd(of: handle, attempts: attempts - 1) }
    }

    private func finish(_ result: ControllerResult) {
        guard let answer else { return }
        self.answer = nil
        let outcome = outcome(of: result)
        ticket?.cancel()
        // It knows us, as we know it.
        ticket = nil
        if let lockWait { loop.cancel(lockWait) }
        for token in timers.values { loop.cancel(token) }
        timers.removeAll()
        deafen()
        if let daemonWatch { loop.cancel(daemonWatch.watch) }
        daemonWatch = nil
        tree?.cancel()
        launch?.letGo()
        launch = nil
        if let lock { LockQueue.shared.release(facts.lockPath, lock) }
        lock = nil
        answer(outcome)
    }

    private func outcome(of result: ControllerResult) -> ControllerOutcome {
        let identifier = facts.configuration.identifier
        switch result {
        case .started(let pid):
            guard let trouble else { return .init(result: .success(result)) }
            let error = ControllerError(
                .startFailed, identifier: identifier, message: "it runs (pid \(pid)), but \(trouble)", cause: cause)
            return .init(result: .failure(error))
        case .alreadyRunning, .stopped, .wasNotRunning, .cancelled: return .init(result: .success(result))
        case .failed(var failure):
            if [.startFailed, .startTimedOut].contains(failure.code),
                let hint = listeners.hint(facts.configuration.ping)
            {
                failure.endings.append(hint)
            }
            let message = FailureText.compose(failure, output: outputText, log: logWords)
            return .init(
                result: .failure(
                    ControllerError(
                        .init(failure.code), identifier: identifier, message: message, cause: cause,
                        hint: failure.code == .startTimedOut ? trouble ?? missing : nil,
                        isByChance: failure.isByChance)))
        }
    }

    private var outputText: String { helper?.text ?? output?.text ?? "" }

    private var logWords: FailureText.LogWords {
        switch facts.log {
        case .none, .stream: .unavailable
        case .file: log?.words ?? .text("")
        }
    }
}
