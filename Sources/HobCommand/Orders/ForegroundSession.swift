import HobClient
import HobProtocol
import HobSupervisorCore
import HobSystem

/// `hob up` in the foreground: shows the merged log and what happens, until Ctrl-C or the end of everything.
final class ForegroundSession {
    private static let signals: [SignalNumber] = [.interrupt, .terminate, .hangUp]

    private let launcher: SupervisorLauncher
    private var connection: SupervisorConnection
    private let ownsProject: Bool
    private let console: Console
    private let loop: EventLoop
    private let signals: SignalWatcher
    private var events: SupervisorConnection
    private var watches: [Watch] = []
    private var applying: (request: Request, lines: [JSONValue])?
    private var lastEvent: UInt64?
    private let follower: LogFollower
    private var screen: ForegroundScreen
    private var tracker = ForegroundTracker()
    private var stopping: SupervisorConnection?
    private var isKilling = false
    private var exitStatus: Int32?
    private var failure: (any Error)?

    /// Blocks the signals that the session reads; call it before any thread starts.
    static func prepareSignals() throws {
        try SignalWatcher.block(signals)
    }

    /// - Parameter ownsProject: whether this `up` started the supervisor, and therefore ends it.
    init(launcher: SupervisorLauncher, connection: SupervisorConnection, ownsProject: Bool, console: Console) throws {
        self.launcher = launcher
        self.connection = connection
        self.ownsProject = ownsProject
        self.console = console
        loop = try EventLoop()
        signals = try SignalWatcher(Self.signals)
        events = try launcher.require()
        follower = try LogFollower(LogDirectory(launcher.scope.logsDirectory)) { _ in true }
        screen = ForegroundScreen(console: console)
    }

    /// Applies the definitions and shows what comes of them; throws with the exit code unless it is 0.
    func run(_ request: Request, _ set: AppliedSet) throws {
        screen.prepare(set)
        applying = (request, set.lines)
        _ = try follower.begin(last: 0)
        if ownsProject {
            // From here on the supervisor takes everything down when this process vanishes.
            _ = try connection.perform(
                Request(id: connection.makeRequestID(), verb: .attach), until: .now() + .seconds(10))
        } else {
            screen.say(
                "the project is running already (supervisor pid \(connection.greeting.pid)); Ctrl-C only detaches")
        }
        tracker.began = WallClock.now
        try follow()
        try connection.send(request, following: set.lines)
        try loop.watch(signals.raw, events: .read) { [unowned self] _ in guarded { try self.readSignals() } }
        try listen()
        try loop.watch(follower.raw, events: .read) { [unowned self] _ in guarded { try self.readLogs() } }
        guarded { try self.readAnswers() }
        while exitStatus == nil { _ = try loop.runOnce(deadline: .now() + .seconds(3_600)) }
        if let failure { throw failure }
        if let exitStatus, exitStatus != ExitStatus.done { throw CommandFailure(exitStatus) }
    }

    private func follow() throws {
        var following = Request(id: events.makeRequestID(), verb: .events)
        following.follow = true
        following.since = lastEvent
        try events.send(following)
    }

    private func listen() throws {
        watches = [
            try loop.watch(events.raw, events: .read) { [unowned self] _ in guarded { try self.readEvents() } },
            try loop.watch(connection.raw, events: .read) { [unowned self] _ in guarded { try self.readAnswers() } },
        ]
    }

    /// The supervisor is gone. A keeper has started another one by now, which knows everything; else it is the end.
    private func comeBack() throws {
        guard stopping == nil, exitStatus == nil else { return try finish() }
        for watch in watches { loop.cancel(watch) }
        watches = []
        do {
            connection = try launcher.reconnect(until: .now() + .milliseconds(500))
            events = try launcher.reconnect(until: .now() + .seconds(5))
            if ownsProject {
                _ = try connection.perform(
                    Request(id: connection.makeRequestID(), verb: .attach), until: .now() + .seconds(10))
            }
        } catch {
            return try finish()
        }
        screen.say("the supervisor was started anew (pid \(connection.greeting.pid)); nothing is lost")
        try follow()
        if !tracker.isApplied, let (request, lines) = applying {
            var repeated = request
            repeated.again = true
            try connection.send(repeated, following: lines)
        }
        try listen()
    }

    private func guarded(_ body: () throws -> Void) {
        do { try body() } catch {
            failure = error
            exitStatus = ExitStatus.failed
        }
    }

    private func readSignals() throws {
        while let received = try signals.next() {
            guard received.signal != .hangUp else {
                // The terminal is gone, and with it everybody who could read more.
                exitStatus = ExitStatus.done
                return
            }
            if !ownsProject {
                screen.say("detached; the project goes on running ('hob down' stops it)")
                exitStatus = ExitStatus.done
            } else if stopping == nil {
                try goDown("stopping everything; Ctrl-C again kills what is left")
            } else if !isKilling, let stopping {
                isKilling = true
                screen.say("killing what is left; Ctrl-C again leaves at once")
                var request = Request(id: stopping.makeRequestID(), verb: .down)
                request.wait = 300_000
                request.signal = SignalNumber.kill.rawValue
                try stopping.send(request)
            } else {
                screen.say(
                    "leaving; the supervisor (pid \(connection.greeting.pid)) goes on stopping: see 'hob status'")
                exitStatus = ExitStatus.failed
            }
        }
    }

    private func goDown(_ reason: String) throws {
        screen.say(reason)
        let connection = try launcher.require()
        var request = Request(id: connection.makeRequestID(), verb: .down)
        request.wait = 300_000
        try connection.send(request)
        stopping = connection
        screen.showsStopping = true
        try loop.watch(connection.raw, events: .read) { [unowned self] _ in guarded { try self.readEnd() } }
    }

    private func readEvents() throws {
        guard let replies = try events.available() else { return try comeBack() }
        for reply in replies {
            guard case .event(let event) = reply.body else { continue }
            lastEvent = event.sequence
            guard tracker.handle(event) else { continue }
            // The lines a process wrote stand before the news of its end.
            if event.kind == .exited { try readLogs() }
            screen.show(event)
        }
        if tracker.mayBeOver, stopping == nil { try endIfOver() }
    }

    private func readAnswers() throws {
        guard let replies = try connection.available() else { return try comeBack() }
        for reply in replies {
            switch reply.body {
            case .done(let outcomes, let changes, _):
                // Of a first start everything is new, which its states have told.
                if changes.contains(where: { $0.kind != .add && $0.kind != .unchanged }) {
                    for change in changes where change.kind != .unchanged {
                        screen.say(PlanText.line(change, style: console.style))
                    }
                }
                for outcome in outcomes { screen.show(outcome) }
                if let unstored = reply.unstored { screen.say("not stored, and lost with the next boot: \(unstored)") }
                tracker.isApplied = true
                if tracker.mayBeOver { try endIfOver() }
            case .failed(let failure):
                // Nothing was taken over: a supervisor that was started for this has no purpose.
                self.failure = failure
                if ownsProject { try? Order(launcher: launcher, connection: connection, console: console).end() }
                exitStatus = ExitStatus.of(failure)
            case .progress, .status, .event: continue
            }
        }
    }

    /// The answer to `down`, then the end of the supervisor.
    private func readEnd() throws {
        guard let stopping else { return }
        guard let replies = try stopping.available() else { return try finish() }
        for reply in replies {
            switch reply.body {
            case .done(let outcomes, _, _):
                for outcome in outcomes where OutcomeLine(outcome, verb: .down).isComplaint { screen.show(outcome) }
                for note in reply.notes { screen.say(note) }
                tracker.endStatus = max(tracker.endStatus, ExitStatus.of(outcomes))
            case .failed(let failure): throw failure
            case .progress, .status, .event: continue
            }
        }
    }

    /// The supervisor is gone: the last lines, and the verdict.
    private func finish() throws {
        guard exitStatus == nil else { return }
        try readLogs()
        if stopping != nil || !tracker.isAnythingUp {
            screen.say("everything has stopped")
            exitStatus = tracker.endStatus
        } else {
            screen.say("the supervisor (pid \(connection.greeting.pid)) ended unexpectedly; 'hob up' brings it back")
            exitStatus = ExitStatus.failed
        }
    }

    /// Where only tasks were to do, the end of the last one is the end of `up`.
    private func endIfOver() throws {
        guard ownsProject, stopping == nil else { return }
        let statuses = try launcher.require().statuses(of: [])
        guard !statuses.isEmpty, statuses.allSatisfy(StatusVerdict.isOver) else { return }
        let failed = statuses.contains { $0.state == .failed }
        tracker.endStatus = failed ? ExitStatus.failed : ExitStatus.done
        try goDown(failed ? "nothing is left to run, and not all went well" : "nothing is left to run")
    }

    private func readLogs() throws {
        repeat {
            screen.show(try follower.next())
        } while follower.hasMore
    }
}
