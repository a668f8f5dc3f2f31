import HobControllerCore
import HobPolicy
import Testing

@Suite("Starting, decided")
struct StartFlowTests {
    private static let aborting: [ControllerAction] = [.unset(.deadline), .unset(.inactivity), .deafen]

    @Test("lock, look, prepare, launch, pid file, ping: started")
    func regular() {
        var flow = Flow(.start)
        flow.look()
        flow.on(.found(.absent(.stale)), [.set(.deadline, after: .seconds(30)), .prepare])
        flow.on(.prepared, [.listen(.pidFile), .spawn])
        flow.on(.spawned(pid: 100))
        flow.on(
            .commandEnded(.exited(0)), [.set(.inactivity, after: .seconds(10))])
        flow.on(.daemonNamed(pid: 200), [.watchDaemon(pid: 200), .listen(.ping)])
        #expect(flow.end(.ready(.ping)) == .started(pid: 200))
    }

    @Test("the daemon is written down before the start is answered")
    func adopted() {
        var machine = Self.settled()
        let actions = machine.handle(.ready(.ping))
        #expect(actions.first == .adopt(pid: 200))
    }

    @Test("a pid file written before the command returns counts when it has returned")
    func earlyPIDFile() {
        var flow = Flow(.start)
        flow.settle()
        #expect(flow.end(.ready(.ping)) == .started(pid: 200))
    }

    @Test("a foreground program is its own daemon, and its command's end is the daemon's")
    func foreground() {
        var flow = Flow(.start) {
            $0.daemonizes = true
            $0.awaited = .ping
        }
        flow.look()
        flow.on(.found(.absent(.missing)), [.set(.deadline, after: .seconds(30)), .prepare])
        flow.on(.prepared, [.listen([]), .spawn])
        flow.on(
            .spawned(pid: 100), [.set(.inactivity, after: .seconds(10)), .listen(.ping)])
        flow.on(
            .commandEnded(.exited(3)), Self.aborting + [.signalTree(15), .set(.step, after: .seconds(10)), .watchTree])
        let failure = ControllerFailure(.startFailed, endings: ["exited with status 3"], showsOutput: true)
        #expect(flow.end(.treeGone) == .failed(failure))
    }

    @Test("all configured sources must have spoken")
    func allSources() {
        var flow = Flow(.start) { $0.awaited = [.pidFile, .ping, .notification, .phrase] }
        flow.launch()
        flow.on(.ready(.phrase))
        flow.on(.daemonNamed(pid: 200))
        flow.on(
            .commandEnded(.exited(0)), [.set(.inactivity, after: .seconds(10)), .watchDaemon(pid: 200), .listen(.ping)])
        flow.on(.ready(.ping))
        #expect(flow.end(.ready(.notification)) == .started(pid: 200))
    }

    @Test("one that runs is an error that names its pid, and nothing is touched")
    func alreadyStarted() {
        var flow = Flow(.start)
        flow.look()
        #expect(
            flow.end(.found(.running(pid: 7)))
                == .failed(ControllerFailure(.alreadyStarted, reason: "is already started (pid 7)")))
    }

    @Test("what an old daemon has left is ended before a new one is started")
    func remnants() {
        var flow = Flow(.start)
        flow.look()
        flow.on(
            .found(.remnants),
            [.set(.deadline, after: .seconds(30)), .signalTree(15), .set(.step, after: .seconds(30)), .watchTree])
        flow.on(
            .treeGone,
            [.unset(.deadline), .unset(.step), .forget, .set(.deadline, after: .seconds(30)), .prepare])
    }

    @Test("DC07: a command that fails is a failed start with its status")
    func commandFails() {
        var flow = Flow(.start)
        flow.launch()
        flow.on(
            .commandEnded(.exited(1)), Self.aborting + [.signalTree(15), .set(.step, after: .seconds(10)), .watchTree])
        let failure = ControllerFailure(.startFailed, endings: ["exited with status 1"], showsOutput: true)
        #expect(flow.end(.treeGone) == .failed(failure))
    }

    @Test("start timeout before the fork: TERM to the command, then TERM to what it has left")
    func timeoutBeforeFork() {
        var flow = Flow(.start)
        flow.launch()
        flow.on(
            .expired(.deadline),
            Self.aborting + [.watchDaemon(pid: 100), .signal(pid: 100, 15), .set(.step, after: .seconds(10))])
        flow.on(.commandEnded(.signaled(15, coreDumped: false)), [.signalTree(15), .watchTree])
        let failure = ControllerFailure(.startTimedOut, endings: ["timed out"], showsOutput: true)
        #expect(flow.end(.treeGone) == .failed(failure))
    }

    @Test("abort ladder: one TERM, then one KILL for the whole tree")
    func abortLadder() {
        var flow = Flow(.start) { $0.startAbortTimeout = .milliseconds(100) }
        flow.settle()
        flow.on(
            .expired(.inactivity),
            Self.aborting + [.watchDaemon(pid: 200), .signal(pid: 200, 15), .set(.step, after: .milliseconds(100))])
        flow.on(
            .expired(.step),
            [.unset(.deadline), .signalTree(9), .set(.step, after: ControllerPlan.killPatience), .watchTree])
        flow.on(.daemonEnded(nil))
        let failure = ControllerFailure(.startTimedOut, endings: ["timed out"], showsOutput: true)
        #expect(flow.end(.treeGone) == .failed(failure))
    }

    @Test("a daemon that even KILL does not end in time is named as such")
    func survivesKill() {
        var flow = Flow(.start)
        flow.settle()
        flow.feed(.expired(.deadline))
        flow.on(
            .expired(.step),
            [.unset(.deadline), .signalTree(9), .set(.step, after: ControllerPlan.killPatience), .watchTree])
        guard case .failed(let failure) = flow.end(.expired(.step)) else { return }
        #expect(failure.code == .startTimedOut)
        #expect(failure.reason.contains("SIGKILL"))
    }

    @Test("activity in the log moves the inactivity timer, but only once the command has returned")
    func activity() {
        var flow = Flow(.start)
        flow.launch()
        flow.on(.logActivity)
        flow.on(.commandEnded(.exited(0)), [.set(.inactivity, after: .seconds(10))])
        flow.on(.logActivity, [.set(.inactivity, after: .seconds(10))])
    }

    @Test("a daemon that dies before it is ready is a failed start")
    func diesEarly() {
        var flow = Flow(.start)
        flow.settle()
        flow.on(.daemonEnded(nil), Self.aborting + [.signalTree(15), .set(.step, after: .seconds(10)), .watchTree])
        #expect(
            flow.end(.treeGone) == .failed(ControllerFailure(.startFailed, showsOutput: true, isByChance: true)))
    }

    @Test("cancelled: what was being started is ended first")
    func cancelled() {
        var flow = Flow(.start)
        flow.settle()
        flow.on(
            .cancelled,
            Self.aborting + [.watchDaemon(pid: 200), .signal(pid: 200, 15), .set(.step, after: .seconds(10))])
        flow.on(.daemonEnded(nil), [.signalTree(15), .watchTree])
        #expect(flow.end(.treeGone) == .cancelled)
    }

    @Test("cancelled twice: there is no more patience")
    func cancelledTwice() {
        var flow = Flow(.start)
        flow.settle()
        flow.feed(.cancelled)
        flow.on(
            .cancelled,
            [.unset(.deadline), .signalTree(9), .set(.step, after: ControllerPlan.killPatience), .watchTree])
        flow.on(.daemonEnded(nil))
        #expect(flow.end(.treeGone) == .cancelled)
    }

    @Test("cancelled before anything was started: at once")
    func cancelledEarly() {
        for prefix in 0..<3 {
            var flow = Flow(.start)
            flow.on(.begin, [.lock])
            if prefix > 0 { flow.on(.locked, [.lookUp]) }
            if prefix > 1 { flow.feed(.found(.absent(.missing))) }
            #expect(flow.end(.cancelled) == .cancelled)
        }
    }

    @Test("a process spawned at the very moment of the timeout is killed")
    func lateSpawn() {
        var flow = Flow(.start)
        flow.look()
        flow.feed(.found(.absent(.missing)), .prepared)
        flow.on(
            .expired(.deadline), Self.aborting + [.signalTree(15), .set(.step, after: .seconds(10)), .watchTree])
        flow.on(.spawned(pid: 100), [.signalTree(9)])
        guard case .failed(let failure) = flow.end(.treeGone) else { return }
        #expect(failure.code == .startTimedOut)
    }

    @Test("ensure: one that runs is only waited for, and never ended")
    func ensureWaits() {
        var flow = Flow(.ensure)
        flow.look()
        flow.on(
            .found(.running(pid: 7)),
            [.set(.deadline, after: .seconds(30)), .watchDaemon(pid: 7), .listen(.ping)])
        guard case .failed(let failure) = flow.end(.expired(.deadline)) else { return }
        #expect(failure.code == .startTimedOut)
        #expect(failure.reason == "runs (pid 7) but does not answer its ping")
    }

    @Test("ensure: one that dies while it is waited for is started")
    func ensureStarts() {
        var flow = Flow(.ensure)
        flow.look()
        flow.feed(.found(.running(pid: 7)))
        flow.on(
            .daemonEnded(nil),
            [
                .deafen, .set(.deadline, after: .seconds(30)), .signalTree(15), .set(.step, after: .seconds(30)),
                .watchTree,
            ])
        flow.on(
            .treeGone, [.unset(.deadline), .unset(.step), .forget, .set(.deadline, after: .seconds(30)), .prepare])
        flow.feed(.prepared, .spawned(pid: 100), .commandEnded(.exited(0)), .daemonNamed(pid: 200))
        #expect(flow.end(.ready(.ping)) == .started(pid: 200))
    }

    private static func settled() -> ControllerStateMachine {
        var plan = ControllerPlan()
        plan.awaited = [.pidFile, .ping]
        var machine = ControllerStateMachine(.start, plan: plan)
        let events: [ControllerEvent] = [
            .begin, .locked, .found(.absent(.missing)), .prepared, .spawned(pid: 100), .commandEnded(.exited(0)),
            .daemonNamed(pid: 200),
        ]
        for event in events { _ = machine.handle(event) }
        return machine
    }
}
