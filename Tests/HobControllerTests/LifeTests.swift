import Glibc
import HobController
import HobSystem
import HobTestKit
import Testing

@Suite("A daemon's life under a controller", .ownThread)
struct LifeTests {
    /// A shell that leaves a sleeper behind, as a daemon that needs no ping.
    private static func sleeper(_ directory: TestDirectory, _ prelude: String = "") throws -> DaemonController {
        var configuration = DaemonController.Configuration(
            identifier: "sleeper", pidFile: directory.path(of: "pid"),
            startCommand: .shell("\(prelude)sleep 600 & echo $! > '\(directory.path(of: "pid"))'"))
        configuration.logFile = directory.path(of: "log")
        return try DaemonController(configuration)
    }

    @Test("started, found, stopped, and nothing is left")
    func whole() async throws {
        let directory = try TestDirectory()
        let controller = try Self.sleeper(directory)
        #expect(try !controller.isRunning())
        let pid = try await controller.start()
        #expect(try controller.pid() == pid)
        #expect(directory.read("pid") == "\(pid)\n")
        #expect(ProcessFacts.of(pid: pid)?.parent != getpid())
        #expect(try await controller.stop())
        #expect(try !controller.isRunning())
        // Its zombie may wait for init a moment longer.
        #expect(ProcessFacts.of(pid: pid)?.isZombie ?? true)
        #expect(directory.read("pid") == nil)
        #expect(try await !controller.stop())
    }

    @Test("the blocking facade does the same on the calling thread")
    func blocking() throws {
        let directory = try TestDirectory()
        let controller = try Self.sleeper(directory)
        let pid = try controller.blocking.start()
        #expect(try controller.pid() == pid)
        let other = try controller.blocking.restart()
        #expect(other != pid)
        #expect(try controller.blocking.ensure() == other)
        #expect(try controller.blocking.stop())
    }

    @Test("DC10: output, newline, status")
    func failure() async throws {
        let directory = try TestDirectory()
        var configuration = DaemonController.Configuration(
            identifier: "x", pidFile: directory.path(of: "pid"), startCommand: .shell("echo hello world; exit 1"))
        configuration.logFile = directory.path(of: "log")
        let controller = try DaemonController(configuration)
        let error = await #expect(throws: ControllerError.self) { try await controller.start() }
        #expect(error?.code == .startFailed)
        #expect(error?.message == "hello world\n(exited with status 1)")
    }
}
