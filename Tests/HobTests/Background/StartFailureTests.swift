import Glibc
import HobSystem
import HobTestKit
import Testing

/// Row 36 and what belongs to it: whatever keeps a daemon from being ready is said where somebody looks.
@Suite("A start that cannot be", .blocking)
struct StartFailureTests {
    private let directory: TestDirectory

    init() throws {
        directory = try TestDirectory()
    }

    private func request(_ words: [String]) -> SpawnRequest {
        var arguments = words
        if !words.contains("--pid-file") { arguments += ["--pid-file", directory.path(of: "pid")] }
        if ["start", "restart", "run"].contains(words[0]) { arguments += ["--notes", directory.path(of: "notes")] }
        var request = SpawnRequest(executable: FixtureProgram.path(of: "fixture-daemon"), arguments: arguments)
        request.environment = ["PATH=/usr/bin:/bin"]
        return request
    }

    private func run(
        _ words: String..., change: (inout SpawnRequest) -> Void = { _ in }
    ) throws -> (status: HobSystem.ExitStatus, output: String) {
        var request = request(words)
        change(&request)
        let child = try TestChild(request)
        let output = try child.readToEnd(within: .seconds(60))
        return (try child.waitForExit(), output)
    }

    private var pid: Int32? { directory.read("pid").flatMap { Int32($0.split(separator: "\n").first ?? "") } }

    @Test("a log whose directory is not there, or not ours, is named")
    func log() throws {
        let missing = try run("start", "--log-file", directory.path(of: "none/log"))
        #expect(missing.status == .exited(code: 1))
        #expect(missing.output.contains("\(directory.path)/none/log: no such file or directory"), "\(missing)")
        guard geteuid() == 0 else { return }
        try directory.descriptor.changeMode(0o755)
        let strangers = try run("start", "--log-file", directory.path(of: "log"), "--pid-file", "/tmp/hob-none.pid") {
            $0.user = 65_534
            $0.group = 65_534
            $0.supplementaryGroups = []
        }
        unlink("/tmp/hob-none.pid.lock")
        #expect(strangers.status == .exited(code: 1))
        #expect(strangers.output.contains("\(directory.path)/log: permission denied for user 65534"), "\(strangers)")
        #expect(directory.read("notes") == nil)
    }

    @Test("a restart with a wrong configuration leaves the one that runs alone")
    func restart() throws {
        let log = directory.path(of: "log")
        defer { _ = try? run("stop", "--log-file", log) }
        #expect(try run("start", "--log-file", log).status == .exited(code: 0))
        let first = try #require(pid)
        try directory.write("greetign: x\n", to: "base.yml")
        let answer = try run("restart", "--log-file", log, "--config", directory.path)
        #expect(answer.status == .exited(code: 78), "\(answer)")
        #expect(answer.output.contains("base.yml:1:1: unknown key 'greetign': did you mean 'greeting'?"), "\(answer)")
        #expect(pid == first)
        #expect(try run("status").status == .exited(code: 0))
        // Nor is there a second one in the foreground, which would take its pid file.
        let second = try run("run")
        #expect(second.status == .exited(code: 73), "\(second)")
        #expect(second.output.contains("it is already running (pid \(first))"), "\(second)")
        #expect(pid == first)
        #expect(directory.read("notes")?.contains("HOB_LOG_FILE leaks") == false)
    }

    @Test("an account without ~/.local/state gets it")
    func stateDirectory() throws {
        guard geteuid() == 0 else { return }
        try directory.descriptor.changeMode(0o755)
        for name in ["home", "run"] {
            _ = try directory.descriptor.makeDirectory(name)
            chown(directory.path(of: name), 65_534, 65_534)
        }
        try directory.write("", to: "notes", mode: 0o666)
        func asNobody(_ request: inout SpawnRequest) {
            request.user = 65_534
            request.group = 65_534
            request.supplementaryGroups = []
            request.environment.append("HOME=\(directory.path(of: "home"))")
        }
        let pidFile = directory.path(of: "run/pid")
        defer { _ = try? run("stop", "--pid-file", pidFile, change: asNobody) }
        let answer = try run("start", "--pid-file", pidFile, change: asNobody)
        #expect(answer.status == .exited(code: 0), "\(answer)")
        #expect(try FileStatus.of(directory.path(of: "home/.local/state/fixture-daemon.log")).user == 65_534)
    }

    @Test("no services are done at once")
    func noServices() throws {
        #expect(try run("run", "--no-services").status == .exited(code: 0))
        #expect(directory.read("notes")?.contains("run ended") ?? false)
    }

    @Test("as the only process of a container, start stays in the foreground")
    func container() throws {
        guard geteuid() == 0, access("/usr/bin/unshare", X_OK) == 0 else { return }
        var request = request(["start", "--log-file", directory.path(of: "log")])
        request.arguments = ["--pid", "--fork", "--kill-child", request.executable] + request.arguments
        request.executable = "/usr/bin/unshare"
        let child = try TestChild(request)
        let deadline = MonotonicTime.now() + .seconds(30)
        while !(directory.read("notes")?.contains("running") ?? false), MonotonicTime.now() < deadline { usleep(1_000) }
        // In the background it would have left its starter, and that would have ended.
        #expect(pid == 1)
        #expect(!child.process.handle.waitForExit(until: MonotonicTime.now() + .milliseconds(300)))
        try child.process.handle.signal(.kill)
        _ = try child.waitForExit()
    }
}
