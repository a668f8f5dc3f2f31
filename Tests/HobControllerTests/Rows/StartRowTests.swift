import ControllerScenarios
import Glibc
import HobController
import HobSystem
import HobTestKit
import Synchronization
import Testing

@Suite("Checklist: starting", .ownThread)
struct StartRowTests {
    @Test("row 1: 20 parallel ensures start it once")
    func serialised() async throws {
        let daemon = try ControlledDaemon.counted()
        try await withThrowingTaskGroup(of: Int32.self) { group in
            for _ in 0..<20 { group.addTask { try await daemon.controller.ensure() } }
            var pids = Set<Int32>()
            for try await pid in group { pids.insert(pid) }
            #expect(pids.count == 1)
        }
        #expect(daemon.starts == 1)
    }

    @Test("row 2: start of one that runs says so with its pid and changes nothing")
    func alreadyStarted() async throws {
        let daemon = try ControlledDaemon.counted()
        let pid = try await daemon.controller.start()
        let error = await #expect(throws: ControllerError.self) { try await daemon.controller.start() }
        #expect(error?.code == .alreadyStarted)
        #expect(error?.description.contains("pid \(pid)") == true)
        #expect(daemon.starts == 1)
        #expect(try daemon.controller.pid() == pid)
    }

    @Test("row 3: start returns when it is ready, and an immediate connect succeeds")
    func waitsForReady() async throws {
        let daemon = try ControlledDaemon(["--wait2", "0.3"])
        let begin = MonotonicTime.now()
        try await daemon.controller.start()
        _ = try UnixSocket.connect(path: daemon.socket)
        #expect(MonotonicTime.now() - begin >= .milliseconds(300))
    }

    @Test("row 11: a log that is made after the spawn and written to every 0.2 s is not silent")
    func newLog() async throws {
        let daemon = try ControlledDaemon(["--log-every", "200", "--wait2", "2.5"]) {
            $0.logInactivityTimeout = .seconds(1)
        }
        try await daemon.controller.start()
    }

    @Test("row 13: a phrase in the log makes it ready")
    func phrase() async throws {
        let daemon = try ControlledDaemon(["--phrase", "ready to serve 42 clients", "--phrase-after", "0.3"]) {
            $0.ping = nil
            $0.readyPhrase = "ready to serve [0-9]+ clients"
        }
        let begin = MonotonicTime.now()
        try await daemon.controller.start()
        #expect(MonotonicTime.now() - begin >= .milliseconds(300))
        #expect(daemon.text("log")?.contains("ready to serve") == true)
    }

    @Test("row 13: a phrase that does not come is a timeout")
    func noPhrase() async throws {
        let daemon = try ControlledDaemon {
            $0.readyPhrase = "ready to serve"
            $0.startTimeout = .seconds(1)
        }
        let error = await #expect(throws: ControllerError.self) { try await daemon.controller.start() }
        #expect(error?.code == .startTimedOut)
        #expect(daemon.processes.isEmpty)
    }

    @Test("what did not come in time is said beside the message: command, pid file, ping")
    func hints() async throws {
        func hint(_ change: @Sendable (inout DaemonController.Configuration) -> Void) async throws -> String {
            let daemon = try ControlledDaemon {
                $0.startTimeout = .milliseconds(700)
                change(&$0)
            }
            let error = await #expect(throws: ControllerError.self) { try await daemon.controller.start() }
            #expect(error?.message == "(logs empty; timed out)")
            return error?.description.split(separator: "\n").last.map(String.init) ?? ""
        }
        let foreground = try await hint { $0.startCommand = ["sleep", "600"] }
        #expect(foreground.contains("start command has not returned") && foreground.contains("--daemonize"))
        let unnamed = try await hint { $0.startCommand = ["true"] }
        #expect(unnamed.contains("/pid names no process of it"))
        let silent = try await hint {
            $0.startCommand = ["sleep", "600"]
            $0.daemonizes = true
        }
        #expect(silent == "Until then its ping was not answered (no such socket).")
    }

    @Test("readiness by sd_notify, of a program in the foreground")
    func notification() async throws {
        let daemon = try ControlledDaemon(["--no-daemonize", "--no-pid-file", "--notify-after", "0.2"]) {
            $0.ping = nil
            $0.daemonizes = true
            $0.awaitsNotification = true
        }
        let begin = MonotonicTime.now()
        let pid = try await daemon.controller.start()
        #expect(MonotonicTime.now() - begin >= .milliseconds(200))
        #expect(daemon.text("pid") == "\(pid)")
    }

    @Test("row 16: a stale pid file does not matter, and holds the new pid afterwards")
    func stale() async throws {
        let daemon = try ControlledDaemon()
        try daemon.directory.write("\(try DeadProcess.pid())\n", to: "pid")
        #expect(try !daemon.controller.isRunning())
        let pid = try await daemon.controller.start()
        #expect(daemon.text("pid") == "\(pid)")
    }

    @Test("row 21: a program in the foreground gets a correct pid file")
    func onBehalf() async throws {
        let daemon = try ControlledDaemon(["--no-daemonize", "--no-pid-file"]) { $0.daemonizes = true }
        let pid = try await daemon.controller.start()
        #expect(daemon.text("pid") == "\(pid)")
        #expect(try FileStatus.of(daemon.directory.path(of: "pid")).permissions == 0o644)
    }

    @Test("row 32: the before-start hook runs once under 20 parallel ensures, and ends before the spawn")
    func hook() async throws {
        let hooks = Mutex(0)
        let daemon = try ControlledDaemon.counted { configuration in
            let counter = configuration.pidFile + ".starts"
            configuration.beforeStart = {
                hooks.withLock { $0 += 1 }
                #expect(access(counter, F_OK) != 0)
                try await Task.sleep(for: .milliseconds(50))
                #expect(access(counter, F_OK) != 0)
            }
        }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = try? await daemon.controller.ensure() } }
        }
        #expect(hooks.withLock { $0 } == 1)
        #expect(daemon.starts == 1)
    }

    @Test("row 36: a program that is not there is told with its reason, at once")
    func execFailure() async throws {
        let daemon = try ControlledDaemon { $0.startCommand = ["/nowhere/daemon"] }
        var fastest = Duration.seconds(100)
        for _ in 0..<5 {
            let begin = MonotonicTime.now()
            let error = await #expect(throws: ControllerError.self) { try await daemon.controller.start() }
            fastest = min(fastest, MonotonicTime.now() - begin)
            #expect(error?.code == .startFailed)
            #expect(error?.message.contains("cannot start /nowhere/daemon: no such file") == true)
        }
        // 100 ms are the wish; this machine may be busy with other tests, and a wait for a timeout would take 30 s.
        #expect(fastest < .seconds(2))
    }

    @Test("row 36: what a hook throws is the error, with its cause")
    func hookFailure() async throws {
        struct Refusal: Error, CustomStringConvertible { var description: String { "the index is missing" } }
        let daemon = try ControlledDaemon { $0.beforeStart = { throw Refusal() } }
        let error = await #expect(throws: ControllerError.self) { try await daemon.controller.start() }
        #expect(error?.message == "the index is missing")
        #expect(error?.cause is Refusal)
    }

    @Test("a hook that never returns ends at the start timeout")
    func hangingHook() async throws {
        let daemon = try ControlledDaemon {
            $0.beforeStart = { while true { usleep(100_000) } }
            $0.startTimeout = .milliseconds(300)
        }
        let error = await #expect(throws: ControllerError.self) { try await daemon.controller.start() }
        #expect(error?.code == .startTimedOut)
    }

    @Test("a cancelled start leaves nothing behind")
    func cancelled() async throws {
        let daemon = try ControlledDaemon(["--wait2", "60"])
        let task = Task { try await daemon.controller.start() }
        while daemon.text("pid") == nil { try await Task.sleep(for: .milliseconds(1)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(daemon.processes.isEmpty)
        #expect(try !daemon.controller.isRunning())
    }

    @Test("who listened on the port before is not taken for the daemon")
    func stranger() async throws {
        let listener = try TCPSocket.listen(on: .loopback(port: 0))
        let port = try SocketAddress.local(of: listener).port
        let directory = try TestDirectory()
        var configuration = DaemonController.Configuration(
            identifier: "late", pidFile: directory.path(of: "pid"),
            startCommand: .words([
                FixtureProgram.path, "echo-server", "-P", directory.path(of: "pid"), "--port", "\(port)", "--wait2",
                "0.2",
            ]), ping: .tcp(host: "127.0.0.1", port: port))
        configuration.logFile = directory.path(of: "log")
        let controller = try DaemonController(configuration)
        let error = await #expect(throws: ControllerError.self) { try await controller.start() }
        #expect(error?.code == .startFailed)
        #expect(
            error?.message.contains("port \(port) was taken by pid \(getpid())") == true, "\(String(describing: error))"
        )
    }
}
