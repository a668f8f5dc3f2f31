import Glibc
import HobSupervisor
import HobSystem
import HobTestKit
import Testing

/// hobd itself as two processes.
@Suite(.blocking) struct HobdKeeperTests {
    private final class Running {
        let directory: TestDirectory
        let keeper: TestChild
        private var supervisors: [ProcessHandle] = []

        init(_ more: [String] = [], executable: String = FixtureProgram.path(of: "hobd")) throws {
            directory = try TestDirectory("hob-hobd")
            for name in ["run", "state", "logs"] { try directory.descriptor.makeDirectory(name, mode: 0o700) }
            keeper = try TestChild(
                SpawnRequest(
                    executable: executable,
                    arguments: [
                        "--runtime", directory.path(of: "run"), "--state", directory.path(of: "state"), "--logs",
                        directory.path(of: "logs"),
                    ] + more))
        }

        deinit {
            // The keeper first, as it would start another supervisor.
            _ = try? keeper.process.handle.signal(.kill)
            _ = keeper.process.handle.waitForExit(until: .now() + .seconds(10))
            for supervisor in supervisors { _ = try? supervisor.signal(.kill) }
        }

        /// The supervisor that says it supervises.
        func supervisor() throws -> ProcessHandle {
            let text = try keeper.waitForOutput(")\n")
            let line = text.split(separator: "\n").last { $0.contains(" supervises ") }
            let digits = try #require(line?.split(separator: " ").last?.dropLast())
            let handle = try ProcessHandle.open(pid: try #require(Int32(digits)))
            supervisors.append(handle)
            return handle
        }
    }

    @Test func `hobd is a keeper and a supervisor, which comes back after kill -9`() throws {
        let running = try Running()
        let first = try running.supervisor()
        #expect(first.pid != running.keeper.pid)
        #expect(ProcessFacts.of(pid: first.pid)?.parent == running.keeper.pid)
        try first.signal(.kill)
        try running.keeper.waitForOutput("was ended by SIGKILL: starting it anew\n")
        let second = try running.supervisor()
        #expect(second.pid != first.pid)
        try running.keeper.process.handle.signal(.terminate)
        #expect(try running.keeper.waitForExit() == .exited(code: 0))
        #expect(second.waitForExit(until: .now() + .seconds(10)))
    }

    @Test func `under another name it is two processes as well`() throws {
        let place = try TestDirectory("hob-named")
        try place.copy(FixtureProgram.path(of: "hobd"), to: "watcher")
        let running = try Running(executable: place.path(of: "watcher"))
        #expect(try running.supervisor().pid != running.keeper.pid)
        try running.keeper.process.handle.signal(.terminate)
        #expect(try running.keeper.waitForExit() == .exited(code: 0))
    }

    @Test func `--no-keeper makes it one process`() throws {
        let running = try Running(["--no-keeper"])
        #expect(try running.supervisor().pid == running.keeper.pid)
        try running.keeper.process.handle.signal(.terminate)
        #expect(try running.keeper.waitForExit() == .exited(code: 0))
    }

    @Test func `a mistake on the command line passes through`() throws {
        let running = try Running(["--nonsense"])
        #expect(try running.keeper.readToEnd().contains("unknown option '--nonsense'"))
        #expect(try running.keeper.waitForExit() == .exited(code: 64))
    }
}
