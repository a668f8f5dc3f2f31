import ControllerScenarios
import Glibc
import HobController
import HobControllerCore
import HobSystem
import HobTestKit
import Testing

@Suite("What happens beside a blocking operation", .ownThread)
struct CompanionTests {
    @Test("a companion shares the loop, and may cancel: what was started is gone")
    func cancels() throws {
        let daemon = try ControlledDaemon(["--wait2", "30"])
        let result = try daemon.controller.perform(.start) { loop, cancel throws(SystemError) in
            Self.whenThere(daemon.directory.path(of: "pid"), on: loop, cancel)
        }
        #expect(result == .cancelled)
        #expect(daemon.processes.isEmpty)
        #expect(try !daemon.controller.isRunning())
    }

    @Test("cancelled once more, a daemon that heeds no SIGTERM is killed at once")
    func kills() throws {
        let daemon = try ControlledDaemon(["--wait2", "30", "--ignore-sigterm"]) { $0.startAbortTimeout = .seconds(60) }
        let began = MonotonicTime.now()
        let result = try daemon.controller.perform(.start) { loop, cancel throws(SystemError) in
            Self.whenThere(daemon.directory.path(of: "pid"), on: loop) {
                cancel()
                cancel()
            }
        }
        #expect(result == .cancelled)
        #expect(daemon.processes.isEmpty)
        #expect(MonotonicTime.now() - began < .seconds(30))
    }

    @Test("cancelling an ensure while its first ping hangs ends it without a start")
    func cancelsPing() throws {
        let daemon = try ControlledDaemon()
        let pid = try daemon.controller.blocking.start()
        var configuration = daemon.controller.configuration
        configuration.ping = .command(["sleep", "600"])
        let result = try DaemonController(configuration).perform(.ensure) { loop, cancel throws(SystemError) in
            loop.schedule(after: .milliseconds(50), handler: cancel)
        }
        #expect(result == .cancelled)
        #expect(try daemon.controller.pid() == pid)
    }

    @Test("connecting answers nil when it is cancelled")
    func cancelsConnect() throws {
        let daemon = try ControlledDaemon(["--wait2", "30"])
        let connection: Descriptor? = try daemon.controller.connectBlocking { loop, cancel throws(SystemError) in
            Self.whenThere(daemon.directory.path(of: "pid"), on: loop, cancel)
        } _: {
            try UnixSocket.connect(path: daemon.socket)
        }
        #expect(connection == nil)
        #expect(daemon.processes.isEmpty)
    }

    @Test("the before-start command runs first, and its failure with its output is the error")
    func beforeStart() throws {
        let good = try ControlledDaemon {
            $0.beforeStartCommand = .shell("test ! -e '\($0.pidFile)' && echo ran > '\($0.pidFile).before'")
        }
        try good.controller.blocking.start()
        #expect(good.text("pid.before") == "ran")
        let bad = try ControlledDaemon { $0.beforeStartCommand = .shell("echo no index; exit 3") }
        let error = #expect(throws: ControllerError.self) { try bad.controller.blocking.start() }
        #expect(error?.code == .startFailed)
        #expect(error?.message == "its before-start command failed\nno index\n(exited with status 3)")
        #expect(bad.processes.isEmpty)
        let absent = try ControlledDaemon { $0.beforeStartCommand = ["/nowhere/at-all"] }
        #expect(throws: ControllerError.self) { try absent.controller.blocking.start() }
    }

    @Test("a before-start command that hangs is killed when the start times out")
    func beforeStartHangs() throws {
        let daemon = try ControlledDaemon {
            $0.beforeStartCommand = .shell("echo $$ > '\($0.pidFile).hook'; sleep 600 & wait")
            $0.startTimeout = .milliseconds(300)
        }
        let error = #expect(throws: ControllerError.self) { try daemon.controller.blocking.start() }
        #expect(error?.code == .startTimedOut)
        let hook = try #require(daemon.text("pid.hook").flatMap { Int32($0) })
        if let handle = try? ProcessHandle.open(pid: hook) {
            #expect(handle.waitForExit(until: .now() + .seconds(20)))
        }
    }

    @Test("where a ping goes can be connected to, unless it is no socket")
    func pingSocket() throws {
        let listener = try TCPSocket.listen(on: .loopback(port: 0))
        let port = try SocketAddress.local(of: listener).port
        for host in ["127.0.0.1", "localhost"] {
            #expect(try Ping.tcp(host: host, port: port).connect(until: .now() + .seconds(20)) != nil)
        }
        let directory = try TestDirectory()
        let path = directory.path(of: "socket")
        let socket = try TCPSocket.listen(on: SocketAddress(parsing: path))
        #expect(try Ping.unix(path: path).connect(until: .now() + .seconds(20)) != nil)
        socket.close()
        #expect(throws: SystemError.self) { try Ping.unix(path: path).connect(until: .now() + .seconds(20)) }
        listener.close()
        #expect(throws: SystemError.self) {
            try Ping.tcp(host: "127.0.0.1", port: port).connect(until: .now() + .seconds(20))
        }
        #expect(try Ping.http(url: "http://localhost/").connect(until: .now()) == nil)
    }

    /// Calls the body once a file is there: nothing on this loop announces it.
    private static func whenThere(_ path: String, on loop: EventLoop, _ body: @escaping () -> Void) {
        loop.schedule(after: .milliseconds(5)) { [unowned loop] in
            if access(path, F_OK) == 0 { body() } else { whenThere(path, on: loop, body) }
        }
    }
}
