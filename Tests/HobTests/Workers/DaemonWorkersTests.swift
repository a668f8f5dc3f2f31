import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite("A daemon with a pool of workers", .blocking)
struct DaemonWorkersTests {
    private static func start(_ directory: TestDirectory) throws -> TestChild {
        var request = SpawnRequest(
            executable: FixtureProgram.path(of: "fixture-daemon"),
            arguments: ["run", "--notes", directory.path(of: "notes"), "--pool"])
        request.environment = ["PATH=/usr/bin:/bin", "SWIFT_BACKTRACE=enable=no"]
        return try TestChild(request)
    }

    /// The daemon's notes that begin so, when there are as many.
    private static func notes(_ directory: TestDirectory, _ beginning: String, _ count: Int) throws -> [String] {
        let deadline = MonotonicTime.now() + .seconds(60)
        while true {
            let lines = (directory.read("notes") ?? "").split(separator: "\n").map(String.init)
            let found = lines.filter { $0.hasPrefix(beginning) }
            if found.count >= count { return found }
            guard MonotonicTime.now() < deadline else {
                throw SystemError(code: ETIMEDOUT, message: "only \(lines) were noted")
            }
            usleep(1_000)
        }
    }

    private static func workers(in note: String) throws -> [ProcessHandle] {
        try note.split(separator: " ").compactMap { Int32($0) }.map { try ProcessHandle.open(pid: $0) }
    }

    @Test("row 67: HUP to the daemon replaces its workers, TERM leaves none")
    func rollingRestart() throws {
        let directory = try TestDirectory()
        let daemon = try Self.start(directory)
        let first = try Self.workers(in: Self.notes(directory, "workers ", 1)[0])
        #expect(first.count == 2)
        try daemon.process.handle.signal(.hangUp)
        let second = try Self.workers(in: Self.notes(directory, "workers ", 2)[1])
        #expect(Set(first.map(\.pid)).isDisjoint(with: second.map(\.pid)))
        for worker in first { #expect(worker.waitForExit(until: .now() + .seconds(30))) }
        try daemon.process.handle.signal(.terminate)
        #expect(try daemon.waitForExit() == .exited(code: 0))
        #expect(try Self.notes(directory, "workers left", 1) == ["workers left: 0"])
        for worker in second { #expect(worker.waitForExit(until: .now() + .seconds(30))) }
    }

    @Test("the workers of a daemon that is killed die with it")
    func killed() throws {
        let directory = try TestDirectory()
        let daemon = try Self.start(directory)
        let workers = try Self.workers(in: Self.notes(directory, "workers ", 1)[0])
        try daemon.process.handle.signal(.kill)
        for worker in workers { #expect(worker.waitForExit(until: .now() + .seconds(30))) }
    }
}
