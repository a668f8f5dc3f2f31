import Glibc
import HobSystem
import Logging
import ServiceLifecycle
import Synchronization

/// The daemon in its process: carries out what a ``DaemonStateMachine`` decides.
///
/// @unchecked Sendable: `isReadyCounted`, `machine`, `group` and `task` belong to the control thread.
final class DaemonProcess: @unchecked Sendable {
    let control: ControlThread
    let announcer = Announcer()
    let hooks = ShutdownHooks()
    let running = RunningParts()
    let logger: Logger
    /// For the groups of services, whose own steps are of no interest to who writes a daemon.
    let groupLogger: Logger
    let metrics: DaemonMetrics
    let statusLine: StatusLine
    let calendar: DaemonCalendar
    /// When the process ends at the latest, in nanoseconds of the monotonic clock; 0 before its shutdown begins.
    private let end = Atomic<Int64>(0)
    private let log: DaemonLog
    private let readySteps: @Sendable () -> Void
    private let shutdown: ShutdownTimes
    private let announcesReadiness: Bool
    /// So long a daemon that waits for something of its own must have lived to count as ready.
    private static let trial: Duration = .milliseconds(200)
    /// So long a reload may hold up the next one.
    private static let reloadDeadline: Duration = .seconds(30)
    let steps: ReloadSteps
    private var isReadyCounted = false
    private var machine = DaemonStateMachine()
    private var group: ServiceGroup?
    private var task: Task<Void, Never>?

    init(
        control: ControlThread, log: DaemonLog, logger: Logger, shutdown: ShutdownTimes, steps: ReloadSteps,
        announcesReadiness: Bool, readySteps: @escaping @Sendable () -> Void = {}
    ) {
        self.announcesReadiness = announcesReadiness
        self.control = control
        statusLine = StatusLine(announcer, control)
        calendar = DaemonCalendar(control, logger)
        self.log = log
        self.logger = logger
        self.readySteps = readySteps
        metrics = DaemonMetrics(of: log)
        groupLogger = log.logger(notBelow: .info)
        self.shutdown = shutdown
        self.steps = steps
    }

    /// Runs the body as the daemon's `run`; the process ends when it has ended, and what follows it.
    func run(_ body: @escaping @Sendable () async throws -> Void) throws(SystemError) {
        let service = MainService(body)
        let configuration = ServiceGroupConfiguration.alone(service, groupLogger)
        let group = ServiceGroup(configuration: configuration)
        // A signal that comes meanwhile waits: it must find something to end.
        try control.start { [self] loop in
            self.group = group
            if let period = Watchdog.period() { Watchdog().follow(announcer, every: period, on: loop) }
            followTally()
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

    /// Serious lines are counted, and told of at most once a second: a backend that logs cannot go round in circles.
    private func followTally() {
        log.tally.onNews { [control, metrics] in
            control.post { loop in
                loop.schedule(after: .seconds(1)) { Task.detached { metrics.lines() } }
            }
        }
    }

    /// It has reached a wait of Hob's, so its beginning went well; who announces readiness itself is not asked.
    func settled() { if !announcesReadiness { ready() } }

    /// How long something may take in a shutdown, so that as much again as its own reserve, and a little, is left.
    func timeLeft(beside reserve: Duration) -> Duration {
        let end = end.load(ordering: .acquiring)
        let left = end == 0 ? shutdown.deadline : MonotonicTime(nanoseconds: end) - MonotonicTime.now()
        return max(.zero, left - reserve - shutdown.deadline / 16)
    }

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
        case .tell(.ready):
            readySteps()
            if !isReadyCounted {
                isReadyCounted = true
                Task.detached { [metrics] in metrics.ready() }
            }
            announcer.send("READY=1")
        case .tell(.reloading): announcer.sendReloading()
        case .tell(.stopping): announcer.send("STOPPING=1")
        case .reload(let number): reload(number)
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
        case .startDeadline:
            metrics.shutdownBegins()
            end.store((MonotonicTime.now() + shutdown.deadline).nanoseconds, ordering: .releasing)
            after(shutdown.deadline, .deadlineOver)
        case .exit(let status):
            // The last lines are those that explain the end.
            log.flush(within: .seconds(1))
            _exit(status)
        }
    }

    private func after(_ delay: Duration, _ event: DaemonEvent) {
        control.post { [self] loop in loop.schedule(after: delay) { [self] in handle(event) } }
    }

    private func reload(_ number: Int) {
        let steps = steps
        let control = control
        control.post { [self] loop in
            loop.schedule(after: Self.reloadDeadline) { [self] in
                handle(
                    .reloaded(number, failure: "it has not ended in \(Self.reloadDeadline.brief), and is left alone"))
            }
        }
        Task.detached { [self] in
            var failures: [String] = []
            for step in steps.all {
                do { try await step.body() } catch { failures.append("\(step.name): \(error)") }
            }
            let failure = failures.isEmpty ? nil : failures.joined(separator: "; ")
            defer { metrics.reloaded(isOK: failure == nil) }
            control.post { [self] _ in handle(.reloaded(number, failure: failure)) }
        }
    }

    private func runHooks() {
        Task.detached { [self] in
            await hooks.run { [self] name, error in logger.error("shutdown hook \(name) failed: \(error)") }
            // Before the end; a backend that hangs has the deadline over it.
            metrics.shutdownEnds()
            control.post { [self] _ in handle(.hooksEnded) }
        }
    }
}
