import HobControllerCore
import HobPolicy
import Testing

@Suite("Stopping and restarting, decided")
struct StopFlowTests {
    @Test("regular stop: the signal to the main process, then to what it leaves, then forget")
    func regular() {
        var flow = Flow(.stop)
        flow.look()
        flow.on(
            .found(.running(pid: 7)),
            [
                .set(.deadline, after: .seconds(30)), .watchDaemon(pid: 7), .signal(pid: 7, 15),
                .set(.step, after: .seconds(30)),
            ])
        flow.on(.daemonEnded(.exited(0)), [.signalTree(15), .watchTree])
        #expect(flow.end(.treeGone) == .stopped)
    }

    @Test("stop timeout: exactly one KILL, and an error that says so")
    func timeout() {
        var flow = Flow(.stop)
        flow.look()
        flow.feed(.found(.running(pid: 7)))
        flow.on(
            .expired(.deadline),
            [.unset(.deadline), .signalTree(9), .set(.step, after: ControllerPlan.killPatience), .watchTree])
        flow.on(.expired(.deadline))
        flow.on(.daemonEnded(nil))
        guard case .failed(let failure) = flow.end(.treeGone) else { return }
        #expect(failure.code == .stopTimedOut)
    }

    @Test("row 23: QUIT 1s, TERM 1s, KILL, each at its time")
    func ladder() {
        var flow = Flow(.stop) {
            $0.stopSequence = StopSequence(
                steps: [.init(signal: 3, patience: .seconds(1)), .init(signal: 15, patience: .seconds(1))])
        }
        flow.look()
        flow.on(
            .found(.running(pid: 7)),
            [
                .set(.deadline, after: .seconds(30)), .watchDaemon(pid: 7), .signal(pid: 7, 3),
                .set(.step, after: .seconds(1)),
            ])
        flow.on(.expired(.step), [.signal(pid: 7, 15), .set(.step, after: .seconds(1))])
        flow.on(
            .expired(.step),
            [.unset(.deadline), .signalTree(9), .set(.step, after: ControllerPlan.killPatience), .watchTree])
    }

    @Test("what outlives the main process climbs the rest of the ladder")
    func treeClimbs() {
        var flow = Flow(.stop) {
            $0.stopSequence = StopSequence(
                steps: [.init(signal: 3, patience: .seconds(1)), .init(signal: 15, patience: .seconds(1))])
        }
        flow.look()
        flow.feed(.found(.running(pid: 7)))
        flow.on(.daemonEnded(nil), [.signalTree(3), .watchTree])
        flow.on(.expired(.step), [.signalTree(15), .set(.step, after: .seconds(1))])
        flow.on(.expired(.step), [.unset(.deadline), .signalTree(9), .set(.step, after: ControllerPlan.killPatience)])
    }

    @Test("DC40: not running is no error", arguments: [Presence.PIDFileState.missing, .stale])
    func notRunning(_ file: Presence.PIDFileState) {
        var flow = Flow(.stop)
        flow.look()
        #expect(flow.end(.found(.absent(file))) == .wasNotRunning)
    }

    @Test("row 18: a broken pid file and nobody to be found is a failed stop")
    func brokenFile() {
        var flow = Flow(.stop)
        flow.look()
        guard case .failed(let failure) = flow.end(.found(.absent(.invalid("p:1: empty")))) else {
            Issue.record("not failed")
            return
        }
        #expect(failure.code == .stopFailed)
    }

    @Test("DC47: a broken pid file leaves the stop command")
    func brokenFileWithCommand() {
        var flow = Flow(.stop) { $0.hasStopCommand = true }
        flow.look()
        flow.on(.found(.absent(.invalid("empty"))), [.set(.deadline, after: .seconds(30)), .runStopCommand])
        flow.on(.helperSucceeded, [.lookUp])
        #expect(flow.end(.found(.absent(.missing))) == .stopped)
    }

    @Test("DC48: a broken pid file is left alone when told so")
    func leftAlone() {
        var flow = Flow(.stop) {
            $0.hasStopCommand = true
            $0.leavesAloneIfPIDFileInvalid = true
        }
        flow.look()
        #expect(flow.end(.found(.absent(.invalid("empty")))) == .wasNotRunning)
    }

    @Test("DC45: a failing stop command is a failed stop, and the daemon is left alone")
    func commandFails() {
        var flow = Flow(.stop) { $0.hasStopCommand = true }
        flow.look()
        flow.on(.found(.running(pid: 7)), [.set(.deadline, after: .seconds(30)), .runStopCommand])
        let failure = ControllerFailure(
            .stopFailed, reason: "its stop command failed", endings: ["exited with status 1"], showsOutput: true)
        #expect(flow.end(.helperFailed("exited with status 1")) == .failed(failure))
    }

    @Test("after the stop command the daemon has until the deadline, then it is killed")
    func commandThenWait() {
        var flow = Flow(.stop) { $0.hasStopCommand = true }
        flow.look()
        flow.feed(.found(.running(pid: 7)))
        flow.on(.helperSucceeded, [.lookUp])
        flow.on(.found(.running(pid: 7)), [.watchDaemon(pid: 7)])
        flow.on(
            .expired(.deadline),
            [.unset(.deadline), .signalTree(9), .set(.step, after: ControllerPlan.killPatience), .watchTree])
        flow.on(.daemonEnded(nil))
        guard case .failed(let failure) = flow.end(.treeGone) else { return }
        #expect(failure.code == .stopTimedOut)
    }

    @Test("a stop command that hangs does not save the daemon")
    func commandHangs() {
        var flow = Flow(.stop) { $0.hasStopCommand = true }
        flow.look()
        flow.feed(.found(.running(pid: 7)))
        flow.on(
            .expired(.deadline),
            [.deafen, .unset(.deadline), .signalTree(9), .set(.step, after: ControllerPlan.killPatience), .watchTree])
        guard case .failed(let failure) = flow.end(.treeGone) else { return }
        #expect(failure.code == .stopTimedOut)
    }

    @Test("DC50: restart stops, then starts, under one lock")
    func restart() {
        var flow = Flow(.restart)
        flow.look()
        flow.feed(.found(.running(pid: 7)))
        flow.on(.daemonEnded(nil), [.signalTree(15), .watchTree])
        flow.on(
            .treeGone, [.unset(.deadline), .unset(.step), .forget, .set(.deadline, after: .seconds(30)), .prepare])
        flow.feed(.prepared, .spawned(pid: 100), .commandEnded(.exited(0)), .daemonNamed(pid: 200))
        #expect(flow.end(.ready(.ping)) == .started(pid: 200))
    }

    @Test("DC49: restart of one that does not run starts it")
    func restartStarts() {
        var flow = Flow(.restart)
        flow.look()
        flow.on(.found(.absent(.missing)), [.set(.deadline, after: .seconds(30)), .prepare])
    }

    @Test("DC51: a restart command is all that is run, and the daemon is waited for")
    func restartCommand() {
        var flow = Flow(.restart) { $0.hasRestartCommand = true }
        flow.look()
        flow.on(.found(.running(pid: 7)), [.set(.deadline, after: .seconds(30)), .runRestartCommand])
        flow.on(.helperSucceeded, [.listen(.pidFile)])
        flow.on(.daemonNamed(pid: 8), [.watchDaemon(pid: 8), .listen(.ping)])
        #expect(flow.end(.ready(.ping)) == .started(pid: 8))
    }

    @Test("row 29: a failing restart command is an error with its status")
    func restartCommandFails() {
        var flow = Flow(.restart) { $0.hasRestartCommand = true }
        flow.look()
        flow.feed(.found(.running(pid: 7)))
        guard case .failed(let failure) = flow.end(.helperFailed("exited with status 7")) else { return }
        #expect(failure.code == .startFailed)
        #expect(failure.endings == ["exited with status 7"])
        #expect(failure.showsOutput)
    }
}
