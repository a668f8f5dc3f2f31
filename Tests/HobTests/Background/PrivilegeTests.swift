import Glibc
import HobSystem
import HobTestKit
import Testing

@testable import Hob

@Suite(
    "What the process of a daemon becomes", .blocking,
    .enabled(if: geteuid() == 0, "only root may become somebody else"))
struct PrivilegeTests {
    private static let nobody: UInt32 = 65_534

    private struct Answer: CustomStringConvertible {
        var status: HobSystem.ExitStatus
        var output: String
        var description: String { "\(status): \(output)" }
    }

    /// A place that every user may enter and write.
    private static func place() throws -> TestDirectory {
        let directory = try TestDirectory()
        try directory.descriptor.changeMode(0o755)
        _ = try directory.descriptor.makeDirectory("free")
        chmod(directory.path(of: "free"), 0o777)
        return directory
    }

    private static func request(_ words: [String], in directory: TestDirectory) -> SpawnRequest {
        var arguments = words + ["--pid-file", directory.path(of: "pid"), "--log-file", directory.path(of: "log")]
        if ["start", "restart", "run"].contains(words[0]) {
            arguments += ["--notes", directory.path(of: "free/notes")]
        }
        var request = SpawnRequest(executable: FixtureProgram.path(of: "fixture-daemon"), arguments: arguments)
        request.environment = ["PATH=/usr/bin:/bin"]
        // Groups that the daemon must not keep.
        request.supplementaryGroups = [0, 4, 27]
        request.umask = 0o022
        return request
    }

    private static func run(
        _ words: String..., in directory: TestDirectory, change: (inout SpawnRequest) -> Void = { _ in }
    ) throws -> Answer {
        var request = request(words, in: directory)
        change(&request)
        let child = try TestChild(request)
        let output = try child.readToEnd(within: .seconds(60))
        return Answer(status: try child.waitForExit(), output: output)
    }

    private static func pid(_ directory: TestDirectory) throws -> Int32 {
        try #require(directory.read("pid").flatMap { Int32($0.split(separator: "\n").first ?? "") })
    }

    private static func read(_ path: String) throws -> String {
        String(decoding: try Descriptor.open(path).readAll(limit: 1 << 20), as: UTF8.self)
    }

    /// The credentials of every thread: `Uid`, `Gid` and `Groups`, each different set once.
    private static func credentials(of pid: Int32) throws -> Set<String> {
        let threads = try Descriptor.open("/proc/\(pid)/task", flags: [.readOnly, .directory])
        var found: Set<String> = []
        for thread in try threads.names() {
            guard let text = try? read("/proc/\(pid)/task/\(thread)/status") else { continue }
            let lines = text.split(separator: "\n").filter { line in
                ["Uid:", "Gid:", "Groups:"].contains { line.hasPrefix($0) }
            }
            found.insert(
                lines.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }.joined(separator: ", "))
        }
        return found
    }

    private static func identifiers(_ user: UInt32, _ group: UInt32, _ groups: [UInt32]) -> String {
        let four = { (number: UInt32) in Array(repeating: "\(number)", count: 4).joined(separator: " ") }
        let others = groups.isEmpty ? "Groups:" : "Groups: " + groups.map { "\($0)" }.joined(separator: " ")
        return "Uid: \(four(user)), Gid: \(four(group)), \(others)"
    }

    @Test("row 71: in the background user, group and other groups are exact, on every thread")
    func background() throws {
        let directory = try Self.place()
        defer { _ = try? Self.run("stop", in: directory) }
        let answer = try Self.run("start", "--daemon-user", "nobody", in: directory)
        #expect(answer.status == .exited(code: 0), "\(answer)")
        let pid = try Self.pid(directory)
        let groups = AccountDatabase.groups(of: "nobody", with: Self.nobody)
        #expect(try Self.credentials(of: pid) == [Self.identifiers(Self.nobody, Self.nobody, groups)])
        let log = try FileStatus.of(directory.path(of: "log"))
        #expect(log.user == Self.nobody)
        #expect(log.permissions == 0o640)
        // The file that root's `stop` reads stays root's.
        #expect(try FileStatus.of(directory.path(of: "pid")).user == 0)
        #expect(try Self.run("status", in: directory).status == .exited(code: 0))
        #expect(try Self.run("stop", in: directory).output == "fixture-daemon stopped\n")
        #expect(directory.read("pid") == nil)
    }

    @Test("row 71: another group than the user's, by number, and by variables")
    func group() throws {
        let directory = try Self.place()
        defer { _ = try? Self.run("stop", in: directory) }
        let answer = try Self.run("start", in: directory) {
            $0.environment += ["FIXTURE_DAEMON_DAEMON_USER=54321", "FIXTURE_DAEMON_DAEMON_GROUP=12345"]
        }
        #expect(answer.status == .exited(code: 0), "\(answer)")
        #expect(try Self.credentials(of: Self.pid(directory)) == [Self.identifiers(54_321, 12_345, [12_345])])
    }

    @Test("row 71: in the foreground, too; the pid file is there before and emptied after where it cannot be removed")
    func foreground() throws {
        let directory = try Self.place()
        let daemon = try TestChild(
            Self.request(["run", "--daemon-user", "nobody", "--daemon-group", "daemon"], in: directory))
        let deadline = MonotonicTime.now() + .seconds(30)
        while directory.read("free/notes") == nil, MonotonicTime.now() < deadline { usleep(1_000) }
        let group = try #require(AccountDatabase.group(named: "daemon"))
        let groups = AccountDatabase.groups(of: "nobody", with: group)
        #expect(try Self.credentials(of: daemon.pid) == [Self.identifiers(Self.nobody, group, groups)])
        #expect(try Self.pid(directory) == daemon.pid)
        #expect(try FileStatus.of(directory.path(of: "log")).user == Self.nobody)
        try daemon.process.handle.signal(.terminate)
        #expect(try daemon.waitForExit() == .exited(code: 0))
        // The directory is root's.
        #expect(directory.read("pid") == "")
        #expect(try Self.run("status", in: directory).status == .exited(code: 3))
    }

    @Test("a log in a directory of the user's is made by the user, also when root starts it")
    func ownDirectory() throws {
        let directory = try Self.place()
        defer { _ = try? Self.run("stop", in: directory) }
        chown(directory.path(of: "free"), Self.nobody, Self.nobody)
        chmod(directory.path(of: "free"), 0o700)
        let answer = try Self.run("start", "--daemon-user", "nobody", in: directory) { request in
            request.arguments = request.arguments.map {
                $0 == directory.path(of: "log") ? directory.path(of: "free/log") : $0
            }
        }
        #expect(answer.status == .exited(code: 0), "\(answer)")
        #expect(try FileStatus.of(directory.path(of: "free/log")).user == Self.nobody)
    }

    @Test(
        "rows 35 and 72: working directory and umask as declared; without, those of the caller",
        arguments: [true, false])
    func directory(_ isDeclared: Bool) throws {
        let directory = try Self.place()
        defer { _ = try? Self.run("stop", in: directory) }
        let words = isDeclared ? ["--daemon-directory", "free", "--daemon-umask", "027"] : []
        var request = Self.request(["start"] + words, in: directory)
        request.directory = directory.path
        request.umask = 0o026
        let child = try TestChild(request)
        let output = try child.readToEnd(within: .seconds(60))
        #expect(try child.waitForExit() == .exited(code: 0), "\(output)")
        let pid = try Self.pid(directory)
        var link = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/\(pid)/cwd", &link, link.count)
        let current = String(decoding: link.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        #expect(current == (isDeclared ? directory.path(of: "free") : directory.path))
        #expect(try Self.read("/proc/\(pid)/status").contains(isDeclared ? "Umask:\t0027" : "Umask:\t0026"))
    }

    @Test(
        "row 71: what cannot be done refuses to run, with a sentence and no process",
        arguments: [
            (["--daemon-user", "nobdy"], 64, "--daemon-user: no user is called 'nobdy'"),
            (
                ["--daemon-user", "nobody", "--daemon-group", "nogrup"], 64,
                "--daemon-group: no group is called 'nogrup'"
            ),
            (
                ["--daemon-user", "54321"], 64,
                "user 54321 is not in the user database, so its group is not known: give the group"
            ),
            (["--daemon-umask", "99"], 64, "--daemon-umask: 'daemon.umask' must be an octal number up to 0777"),
            (["--set", "daemon.usr=x"], 64, "did you mean 'daemon.user'?"),
            (
                ["--daemon-user", "nobody", "--daemon-directory", "/root"], 1,
                "cannot go to /root: permission denied for user 65534"
            ),
            (["--daemon-directory", "/there/is/none"], 1, "cannot go to /there/is/none: no such file or directory"),
        ])
    func refusals(_ words: [String], _ code: Int, _ sentence: String) throws {
        let directory = try Self.place()
        for verb in ["start", "run"] {
            let child = try TestChild(Self.request([verb] + words, in: directory))
            let output = try child.readToEnd(within: .seconds(60))
            let status = try child.waitForExit()
            #expect(output.contains(sentence), "\(verb): \(output)")
            #expect(status == .exited(code: Int32(code)), "\(verb): \(output)")
            #expect(directory.read("free/notes") == nil)
        }
        #expect(try Self.run("status", in: directory).status == .exited(code: 3))
    }

    @Test("row 71: root without the right to change users refuses, and so does another user")
    func notPermitted() throws {
        let directory = try Self.place()
        var request = Self.request(["start", "--daemon-user", "nobody"], in: directory)
        request.arguments = ["--bounding-set", "-setuid", request.executable] + request.arguments
        request.executable = "/usr/bin/setpriv"
        let weak = try TestChild(request)
        let words = try weak.readToEnd(within: .seconds(60))
        #expect(try weak.waitForExit() == .exited(code: 1))
        #expect(words.contains("cannot become user 65534: not permitted: it takes CAP_SETUID"), "\(words)")
        #expect(directory.read("free/notes") == nil)

        let other = try Self.run("run", "--daemon-user", "root", in: directory) {
            $0.user = Self.nobody
            $0.group = Self.nobody
            $0.supplementaryGroups = []
        }
        #expect(other.status == .exited(code: 77))
        #expect(other.output.contains("cannot become user root: not permitted for user 65534"), "\(other)")
    }
}
