import ControllerScenarios
import Glibc
import HobController
import HobSystem
import HobTestKit
import Testing

@Suite("Checklist: what the daemon gets", .ownThread)
struct SurroundingsRowTests {
    /// A program in the foreground that touches nothing of what it got.
    private static func sleeper(
        _ directory: TestDirectory, _ change: (inout DaemonController.Configuration) -> Void = { _ in }
    ) throws -> DaemonController {
        var configuration = DaemonController.Configuration(
            identifier: "sleeper", pidFile: directory.path(of: "pid"), startCommand: ["sleep", "600"])
        configuration.daemonizes = true
        configuration.logFile = directory.path(of: "log")
        change(&configuration)
        return try DaemonController(configuration)
    }

    private static func environment(of pid: Int32) throws -> [String] {
        try Descriptor.open("/proc/\(pid)/environ").readAll(limit: 1 << 20)
            .split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("row 33: variables are set, unset and inherited as declared")
    func environment() async throws {
        let directory = try TestDirectory()
        let controller = try Self.sleeper(directory) { $0.environment = ["HOB_TEST": "a=b", "HOME": nil] }
        let pid = try await controller.start()
        let variables = try Self.environment(of: pid)
        try await controller.stop()
        #expect(variables.contains("HOB_TEST=a=b"))
        #expect(!variables.contains { $0.hasPrefix("HOME=") })
        let path = String(cString: getenv("PATH"))
        #expect(variables.contains("PATH=\(path)"))
    }

    @Test("row 33: without inheritance it gets what is declared, and the mark")
    func bareEnvironment() async throws {
        let directory = try TestDirectory()
        let controller = try Self.sleeper(directory) {
            $0.environment = ["PATH": "/usr/bin:/bin"]
            $0.inheritsEnvironment = false
        }
        let pid = try await controller.start()
        let variables = try Self.environment(of: pid)
        try await controller.stop()
        #expect(variables.count == 2)
        #expect(variables.contains("PATH=/usr/bin:/bin"))
        #expect(variables.contains { $0.hasPrefix("HOB_CONTROL=") })
    }

    @Test("row 34: it sees 0, 1, 2 and the declared descriptors only")
    func descriptors() async throws {
        let directory = try TestDirectory()
        let pipe = try Descriptor.pipe()
        let controller = try Self.sleeper(directory) { $0.keptDescriptors = [pipe.write.raw] }
        let pid = try await controller.start()
        let open = try Descriptor.open("/proc/\(pid)/fd", flags: [.readOnly, .directory]).names().compactMap(Int32.init)
        #expect(open.sorted() == [0, 1, 2, pipe.write.raw].sorted())
        pipe.write.close()
        #expect(!pipe.read.waitReadable(until: MonotonicTime.now()))
        try await controller.stop()
        #expect(pipe.read.waitReadable(until: MonotonicTime.now() + .seconds(20)))
    }

    @Test("its stdin is at its end, as /dev/null would be")
    func stdin() async throws {
        let directory = try TestDirectory()
        let controller = try Self.sleeper(directory) { $0.startCommand = .shell("wc -c; echo done; sleep 600") }
        _ = try await controller.start()
        while directory.read("log")?.contains("done") != true { try await Task.sleep(for: .milliseconds(1)) }
        #expect(directory.read("log") == "0\ndone\n")
        try await controller.stop()
    }

    @Test("row 35: another session, no terminal, directory and umask as declared, init as parent")
    func detached() async throws {
        let directory = try TestDirectory()
        let controller = try Self.sleeper(directory) {
            $0.directory = directory.path
            $0.umask = 0o027
        }
        let pid = try await controller.start()
        let facts = try #require(ProcessFacts.of(pid: pid))
        #expect(facts.session == pid)
        let cwd = try Descriptor.open("/proc/\(pid)/cwd", flags: [.readOnly, .directory])
        #expect(try FileStatus.of(cwd).inode == FileStatus.of(directory.descriptor).inode)
        let status = String(decoding: try Descriptor.open("/proc/\(pid)/status").readAll(limit: 65_536), as: UTF8.self)
        #expect(status.contains("Umask:\t0027"))
        let stat = String(decoding: try Descriptor.open("/proc/\(pid)/stat").readAll(limit: 65_536), as: UTF8.self)
        // After the name: state, parent, group, session, terminal.
        #expect(stat.split(separator: ")").last?.split(separator: " ")[4] == "0")
        // The stand-in lets go in the moment after the answer.
        let standIn = facts.parent
        while ProcessFacts.of(pid: pid)?.parent == standIn && standIn != 1 {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(ProcessFacts.of(pid: pid)?.parent != getpid())
        try await controller.stop()
    }

    @Test("where our cgroup may be divided, the daemon has one of its own, which goes with it")
    func cgroup() async throws {
        let directory = try TestDirectory()
        let controller = try Self.sleeper(directory)
        let pid = try await controller.start()
        let status = try FileStatus.of(directory.path(of: "pid.lock"))
        let name = "hob-\(String(status.device, radix: 16)).\(String(status.inode, radix: 16))"
        let own = String(decoding: try Descriptor.open("/proc/\(pid)/cgroup").readAll(limit: 65_536), as: UTF8.self)
        #expect(own.contains("/\(name)\n") == (OwnCgroup.delegated() != nil))
        try await controller.stop()
        #expect(try OwnCgroup.delegated()?.child(name) == nil)
    }
}
