import Glibc
import HobController
import HobControllerCore
import HobSystem

/// Carries out one verb on one daemon; a signal cancels it, a second one leaves no patience.
final class ControlSession {
    private let controller: DaemonController
    private let report: ControlReport
    private let progress: ControlProgress
    /// Those that somebody has not made us ignore.
    private let signals: [SignalNumber]
    private let watcher: SignalWatcher
    private var received: SignalNumber?

    init(_ configuration: DaemonController.Configuration, _ report: ControlReport) throws {
        controller = try DaemonController(configuration)
        self.report = report
        progress = ControlProgress("\(report.verb.progress) \(configuration.identifier)", report.console)
        signals = [.interrupt, .terminate, .hangUp].filter { !SignalWatcher.isIgnored($0) }
        watcher = try SignalWatcher(signals)
    }

    /// Carries it out; throws with the exit code unless it is 0.
    func run() throws {
        switch report.verb {
        case .start: try perform(.start)
        case .stop: try perform(.stop)
        case .restart: try perform(.restart)
        case .ensure: try perform(.ensure)
        case .status: try tellStatus()
        case .connect: try connect()
        }
    }

    private func perform(_ request: ControllerRequest) throws {
        let began = MonotonicTime.now()
        let result = try watchingSignals { try controller.perform(request, beside: companion) }
        if result == .cancelled { throw cancellation }
        report.tell(result, after: MonotonicTime.now() - began)
    }

    private func tellStatus() throws {
        let pid = try controller.pid()
        report.tellStatus(pid: pid)
        if pid == nil { throw CommandFailure(ExitStatus.stopped) }
    }

    // MARK: The connection

    /// Longer than this no single attempt to connect takes.
    private static let connectLimit: Duration = .seconds(10)

    private func connect() throws {
        let ping = controller.configuration.ping
        guard let ping, ping.isSocket else {
            throw CommandFailure(
                ExitStatus.usage, "connect needs a ping that is a socket: write --ping tcp:HOST:PORT or unix:PATH")
        }
        let socket = try watchingSignals {
            try controller.connectBlocking(beside: companion) {
                // Nothing is under way that would have to be ended: a signal may end all of it.
                try SignalWatcher.unblock(signals)
                defer { try? SignalWatcher.block(signals) }
                return try ping.connect(until: .now() + Self.connectLimit)
            }
        }
        guard let socket else { throw cancellation }
        signal(SIGPIPE, SIG_IGN)
        let ending = try StreamJoin.run(socket: socket, input: 0, output: 1)
        if ending == .output { throw CommandFailure(128 + SIGPIPE) }
    }

    // MARK: Signals

    /// Runs the body with the signals blocked; the companion reads them. A child never inherits that.
    private func watchingSignals<Answer>(_ body: () throws -> Answer) throws -> Answer {
        try SignalWatcher.block(signals)
        defer {
            progress.clear()
            try? SignalWatcher.unblock(signals)
        }
        return try body()
    }

    private var companion: DaemonController.Companion {
        { [self] loop, cancel throws(SystemError) in
            progress.follow(on: loop)
            try loop.watch(watcher.raw, events: .read) { [self] _ in
                while let next = try? watcher.next() {
                    if received == nil {
                        progress.change(to: "cancelling (once more: at once)")
                        received = next.signal
                    }
                    cancel()
                }
            }
        }
    }

    private var cancellation: ControlCancellation { ControlCancellation(signal: received ?? .interrupt) }
}
