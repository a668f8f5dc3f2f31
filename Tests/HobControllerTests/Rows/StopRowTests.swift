import ControllerScenarios
import Glibc
import HobController
import HobSystem
import HobTestKit
import Testing

@Suite("Checklist: stopping and restarting", .ownThread)
struct StopRowTests {
    @Test("row 17: a pid file that names an unrelated process: start succeeds, stop leaves that process alive")
    func stranger() async throws {
        let stranger = try TestChild(fixture: "sleep")
        let daemon = try ControlledDaemon(["--remove-pid-file-at-exit", "no"])
        try daemon.directory.write("\(stranger.pid)\n", to: "pid")
        #expect(try !daemon.controller.isRunning())
        #expect(try await !daemon.controller.stop())
        try await daemon.controller.start()
        // And once more while the true one runs.
        try daemon.directory.write("\(stranger.pid)\n", to: "pid")
        #expect(try await daemon.controller.stop())
        #expect(daemon.processes.isEmpty)
        #expect(!stranger.process.handle.hasExited)
    }

    @Test(
        "row 18: a pid file with nonsense: nobody is signalled, and stop finds the true process or fails",
        arguments: ["", "abc", "0", "1", "-1", "99999999999999999999", "12 13", "\0\0\0"])
    func corrupt(_ text: String) async throws {
        let daemon = try ControlledDaemon()
        try daemon.directory.write(text, to: "pid")
        #expect(try !daemon.controller.isRunning())
        let error = await #expect(throws: ControllerError.self) { try await daemon.controller.stop() }
        #expect(error?.code == .stopFailed)
        #expect(error?.message.contains(daemon.directory.path(of: "pid")) == true)
        // With a daemon, whose own record knows better than the file.
        let pid = try await daemon.controller.start()
        try daemon.directory.write(text, to: "pid")
        #expect(try daemon.controller.pid() == pid)
        #expect(try await daemon.controller.stop())
        #expect(daemon.processes.isEmpty)
    }

    @Test("row 18: a pid file that names the caller itself is a stranger's")
    func ownPID() async throws {
        let daemon = try ControlledDaemon()
        try daemon.directory.write("\(getpid())\n", to: "pid")
        #expect(try await !daemon.controller.stop())
        #expect(try !daemon.controller.isRunning())
    }

    @Test("row 23: QUIT 1s, TERM 1s, KILL on an immune process: each at its time")
    func ladder() async throws {
        let directory = try TestDirectory()
        let script = """
            note() { echo "$1 $(date +%s%N)" >> '\(directory.path)/signals'; }
            trap 'note QUIT' QUIT; trap 'note TERM' TERM; trap 'note USR1' USR1
            echo up; while :; do sleep 0.02; done
            """
        var configuration = DaemonController.Configuration(
            identifier: "immune", pidFile: directory.path(of: "pid"), startCommand: .shell(script))
        configuration.daemonizes = true
        configuration.logFile = directory.path(of: "log")
        configuration.readyPhrase = "up"
        configuration.stopSequence = StopSequence(
            steps: [.init(signal: SIGQUIT, patience: .seconds(1)), .init(signal: SIGTERM, patience: .seconds(1))])
        let controller = try DaemonController(configuration)
        let pid = try await controller.start()
        let begin = MonotonicTime.now()
        let error = await #expect(throws: ControllerError.self) { try await controller.stop() }
        #expect(error?.code == .stopTimedOut)
        #expect(MonotonicTime.now() - begin >= .seconds(2))
        #expect(ProcessFacts.of(pid: pid)?.isZombie ?? true)
        let lines = (directory.read("signals") ?? "").split(separator: "\n").map { $0.split(separator: " ") }
        try #require(lines.map { $0[0] } == ["QUIT", "TERM"])
        let distance = try #require(Int(lines[1][1])) - #require(Int(lines[0][1]))
        #expect(distance > 900_000_000)
    }

    @Test("row 25: a double-forked grandchild without environment and descriptors ends with the daemon")
    func grandchild() async throws {
        let daemon = try ControlledDaemon.with { ["--double-fork-child", "\($0)/grandchild", "--children", "3"] }
        try await daemon.controller.start()
        let grandchild = try #require(Int32(daemon.text("grandchild") ?? ""))
        let handle = try ProcessHandle.open(pid: grandchild)
        try await daemon.controller.stop()
        #expect(handle.hasExited)
        #expect(daemon.processes.isEmpty)
    }

    @Test("what a killed daemon has left is ended by stop, and before the next start")
    func remnants() async throws {
        let daemon = try ControlledDaemon.with { ["--double-fork-child", "\($0)/grandchild"] }
        for isStop in [true, false] {
            let pid = try await daemon.controller.start()
            let grandchild = try ProcessHandle.open(pid: try #require(Int32(daemon.text("grandchild") ?? "")))
            let main = try ProcessHandle.open(pid: pid)
            try main.signal(.kill)
            #expect(main.waitForExit(until: MonotonicTime.now() + .seconds(20)))
            #expect(try !daemon.controller.isRunning())
            #expect(!grandchild.hasExited)
            if isStop { try await daemon.controller.stop() } else { try await daemon.controller.start() }
            #expect(grandchild.hasExited)
        }
    }

    @Test("row 28: 50 ensures during a restart never see two instances")
    func atomicRestart() async throws {
        let daemon = try ControlledDaemon.counted(["--stop-time", "0.1"])
        let first = try await daemon.controller.start()
        async let restarted = daemon.controller.restart()
        let pids = try await withThrowingTaskGroup(of: Int32.self) { group in
            for _ in 0..<50 { group.addTask { try await daemon.controller.ensure() } }
            var pids = Set<Int32>()
            for try await pid in group {
                pids.insert(pid)
                #expect(daemon.instances <= 1)
            }
            return pids
        }
        let second = try await restarted
        #expect(pids.isSubset(of: [first, second]))
        #expect(daemon.starts == 2)
    }

    @Test("row 29: a restart command that exits with 7 is an error with its output")
    func restartCommandFails() async throws {
        let daemon = try ControlledDaemon { $0.restartCommand = .shell("echo no such module; exit 7") }
        try await daemon.controller.start()
        let error = await #expect(throws: ControllerError.self) { try await daemon.controller.restart() }
        #expect(error?.message.contains("no such module\n(exited with status 7)") == true)
        #expect(try daemon.controller.isRunning())
    }

    @Test("a stop command that hangs ends with the stop timeout, and the daemon with it")
    func hangingStopCommand() async throws {
        let daemon = try ControlledDaemon {
            $0.stopCommand = ["sleep", "600"]
            $0.stopTimeout = .milliseconds(300)
        }
        try await daemon.controller.start()
        let error = await #expect(throws: ControllerError.self) { try await daemon.controller.stop() }
        #expect(error?.code == .stopTimedOut)
        #expect(daemon.processes.isEmpty)
    }

    @Test("a controller of another process finds and stops what this one has started")
    func otherController() async throws {
        let daemon = try ControlledDaemon()
        let pid = try await daemon.controller.start()
        let other = try DaemonController(daemon.controller.configuration)
        #expect(try other.pid() == pid)
        #expect(try other.blocking.stopFromTest())
    }

    @Test("one that was started by hand is recognised by what it does")
    func startedByHand() async throws {
        let daemon = try ControlledDaemon(["--no-daemonize"])
        guard case .command(.words(let words)) = daemon.controller.configuration.startCommand else { return }
        let child = try TestChild(SpawnRequest(executable: words[0], arguments: Array(words.dropFirst())))
        while daemon.text("pid")?.isEmpty ?? true { try await Task.sleep(for: .milliseconds(1)) }
        #expect(try daemon.controller.pid() == child.pid)
        #expect(try await daemon.controller.ensure() == child.pid)
        #expect(try await daemon.controller.stop())
        #expect(try child.waitForExit() == .exited(code: 0))
    }
}

extension DaemonController.Blocking {
    /// From a synchronous function; the test's own thread may stand still.
    func stopFromTest() throws -> Bool { try stop() }
}
