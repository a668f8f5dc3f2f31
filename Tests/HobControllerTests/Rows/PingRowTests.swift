import ControllerScenarios
import Glibc
import HobController
import HobSystem
import HobTestKit
import Synchronization
import Testing

@Suite("Checklist: probes", .ownThread)
struct PingRowTests {
    /// A kind of ping, and what it is answered by.
    struct Kind: Sendable, CustomStringConvertible {
        let description: String
        let ping: @Sendable (_ directory: String, _ port: UInt16) -> Ping
        let options: @Sendable (_ directory: String, _ port: UInt16) -> [String]
    }

    static let kinds = [
        Kind(
            description: "tcp", ping: { .tcp(host: "127.0.0.1", port: $1) }, options: { ["--port", "\($1)"] }),
        Kind(
            description: "unix", ping: { directory, _ in .unix(path: directory + "/s") },
            options: { directory, _ in ["--unix", directory + "/s"] }),
        Kind(
            description: "http", ping: { .http(url: "http://127.0.0.1:\($1)/health") },
            options: { ["--port", "\($1)", "--http"] }),
        Kind(
            description: "command", ping: { directory, _ in .command(["test", "-S", directory + "/s"]) },
            options: { directory, _ in ["--unix", directory + "/s"] }),
        Kind(
            description: "closure", ping: { directory, _ in .check { access(directory + "/s", F_OK) == 0 } },
            options: { directory, _ in ["--unix", directory + "/s"] }),
    ]

    @Test("row 5: each kind of probe is down without and up with a listener", arguments: kinds)
    func kind(_ kind: Kind) async throws {
        let port = try FreePort.choose()
        for isListening in [false, true] {
            let directory = try TestDirectory()
            let options = isListening ? kind.options(directory.path, port) : []
            var configuration = DaemonController.Configuration(
                identifier: "it", pidFile: directory.path(of: "pid"),
                startCommand: .words([FixtureProgram.path, "echo-server", "-P", directory.path(of: "pid")] + options),
                ping: kind.ping(directory.path, port))
            configuration.startTimeout = isListening ? .seconds(30) : .milliseconds(700)
            let controller = try DaemonController(configuration)
            if isListening {
                try await controller.start()
                try await controller.stop()
            } else {
                let error = await #expect(throws: ControllerError.self) { try await controller.start() }
                #expect(error?.code == .startTimedOut)
            }
        }
    }

    @Test(
        "row 6: localhost is up for a listener on ::1 only, and for one on 127.0.0.1 only",
        arguments: ["::1", "127.0.0.1"])
    func dualStack(_ address: String) async throws {
        let directory = try TestDirectory()
        let port = try FreePort.choose()
        let controller = try DaemonController(
            .init(
                identifier: "it", pidFile: directory.path(of: "pid"),
                startCommand: .words([
                    FixtureProgram.path, "echo-server", "-P", directory.path(of: "pid"), "--bind", address, "--port",
                    "\(port)",
                ]), ping: .tcp(host: "localhost", port: port)))
        try await controller.start()
        try await controller.stop()
    }

    @Test("a ping closure that hangs ends at the start timeout")
    func hangingClosure() async throws {
        let daemon = try ControlledDaemon {
            $0.ping = .check { while true { usleep(100_000) } }
            $0.startTimeout = .milliseconds(700)
        }
        let error = await #expect(throws: ControllerError.self) { try await daemon.controller.start() }
        #expect(error?.code == .startTimedOut)
        #expect(daemon.processes.isEmpty)
    }

    @Test("row 30: an absent Unix socket triggers the start and a usable connection comes back")
    func absentSocket() async throws {
        let daemon = try ControlledDaemon()
        let path = daemon.socket
        let socket = try await daemon.controller.connect { try UnixSocket.connect(path: path) }
        try socket.writeAll("hello\n")
        #expect(socket.waitReadable(until: MonotonicTime.now() + .seconds(20)))
        #expect(try daemon.controller.isRunning())
    }

    @Test("a closure that fails although the daemon answers is the caller's own failure")
    func ownFailure() async throws {
        struct Refusal: Error {}
        let daemon = try ControlledDaemon.counted()
        let error = await #expect(throws: ControllerError.self) {
            try await daemon.controller.connect { () throws -> Int? in throw Refusal() }
        }
        #expect(error?.code == .connectFailed)
        #expect(error?.cause is Refusal)
        #expect(daemon.starts == 1)
    }

    // How long they take is measured by Benchmarks/run-controller, on a machine with nothing else to do.
    @Test("row 31: 1,000 ensures of one that runs start nothing")
    func cheap() async throws {
        let daemon = try ControlledDaemon.counted()
        try await daemon.controller.start()
        for _ in 0..<1_000 { try await daemon.controller.ensure() }
        #expect(daemon.starts == 1)
    }
}
