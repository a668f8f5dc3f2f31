import Glibc
import HobSystem
import Logging
import ServiceLifecycle
import Synchronization

/// The daemon in its process: carries out what a ``DaemonStateMachine`` decides.
///
/// @unchecked Sendable: `machine`, `group` and `task` belong to the control thread.
final class DaemonProcess: @unchecked Sendable {
    let control: ControlThread
    let announcer = Announcer()
    let hooks = ShutdownHooks()
    let running = RunningParts()
    let logger: Logger
    private let log: DaemonLog
    private let shutdown: ShutdownTimes
    private let announcesReadiness: Bool
    /// So long a daemon that waits for something of its own must have lived to count as ready.
    private static let trial: Duration = .milliseconds(200)
    let steps: ReloadSteps
    private var machine = DaemonStateMachine()
    private var group: ServiceGroup?
    private var task: Task<Void, Never>?

    init(
        control: ControlThread, log: DaemonLog, logger: Logger, shutdown: ShutdownTimes, steps: ReloadSteps,
        announcesReadiness: Bool
    ) {
        self.announcesReadiness = announcesReadiness
        self.control = control
        self.log = log
        self.logger = logger
        self.shutdown = shutdown
        self.steps = steps
    }

    /// Runs the body as the daemon's `run`; the process ends when it has ended, and what follows it.
    func run(_ body: @escaping @Sendable () async throws -> Void) throws(SystemError) {
        let service = MainService(body)
        let configuration = ServiceGroupConfiguration.alone(service, logger)
        let group = ServiceGroup(configuration: configuration)
        // A signal that comes meanwhile waits: it must find something to end.
        try control.start { [self] loop in
            self.group = group
            if let period = Watchdog.period() { Watchdog().follow(announcer, every: period, on: loop) }
            handle(.begun)
            loop.schedule(after: Self.trial) { [self] in settled() }
            running.began("run")
            task = Task.detached { [self] in
                var failure: String?
                do { try await group.run() } catch { failure = "\(error)" }
                running.ended("run")
                let outcome = DaemonEvent.ended(failure: failure)
                control.post { [self] _ in handle(outcome) }
            }
        } heard: { [self] signal in
            heard(signal)
        }
    }

    /// It has reached a wait of Hob's, so its beginning went well; who announces readiness itself is not asked.
    func settled() { if !announcesReadiness { ready() } }

    /// The daemon may be used.
    func ready() { control.post { [self] _ in handle(.ready) } }

    // MARK: On the control thread

    private func heard(_ signal: SignalNumber) {
        switch signal {
        case .terminate, .interrupt: handle(.stopSignal(signal.rawValue))
        case .hangUp: handle(.reloadSignal)
        case .user1: handle(.toggleLevelSignal)
        case .user2: handle(.debugSignal)
        default: break
        }
    }

    private func handle(_ event: DaemonEvent) {
        for action in machine.handle(event) { perform(action) }
    }

    private func perform(_ action: DaemonAction) {
        switch action {
        case .tell(.ready): announcer.send("READY=1")
        case .tell(.reloading): announcer.sendReloading()
        case .tell(.stopping): announcer.send("STOPPING=1")
        case .reload: reload()
        case .toggleLevel: steps.toggleLevel()
        case .logDebug: steps.logDebug()
        case .shutDownGracefully:
            guard let group else { return }
            Task.detached { await group.triggerGracefulShutdown() }
        case .cancel: task?.cancel()
        case .runHooks: runHooks()
        case .nameWhoRuns:
            let parts = running.names + (hooks.running.map { ["shutdown hook \($0)"] } ?? [])
            logger.warning("still running: \(parts.isEmpty ? "nothing" : parts.joined(separator: ", "))")
        case .complain(let text): logger.error("\(text)")
        case .startPatience: after(shutdown.patience, .patienceOver)
        case .startDeadline: after(shutdown.deadline, .deadlineOver)
        case .exit(let status):
            // The last lines are those that explain the end.
            log.flush(within: .seconds(1))
            _exit(status)
        }
    }

    private func after(_ delay: Duration, _ event: DaemonEvent) {
        control.post { [self] loop in loop.schedule(after: delay) { [self] in handle(event) } }
    }

    private func reload() {
        let steps = steps
        let control = control
        Task.detached { [self] in
            var failures: [String] = []
            for step in steps.all {
                do { try await step.body() } catch { failures.append("\(step.name): \(error)") }
            }
            let failure = failures.isEmpty ? nil : failures.joined(separator: "; ")
            control.post { [self] _ in handle(.reloaded(failure: failure)) }
        }
    }

    private func runHooks() {
        Task.detached { [self] in
            await hooks.run { [self] name, error in logger.error("shutdown hook \(name) failed: \(error)") }
            control.post { [self] _ in handle(.hooksEnded) }
        }
    }
}
