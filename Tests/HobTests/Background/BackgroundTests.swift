import Glibc
import HobProtocol
import HobSystem
import HobTestKit
import Testing

@Suite("A daemon in the background, by its own commands", .blocking)
struct BackgroundTests {
    private struct Answer: CustomStringConvertible {
        var status: HobSystem.ExitStatus
        var output: String
        var description: String { "\(status): \(output)" }
    }

    private static func run(_ words: String..., in directory: TestDirectory) throws -> Answer {
        let verb = words[0]
        var arguments = words + ["--pid-file", directory.path(of: "pid"), "--log-file", directory.path(of: "log")]
        if ["start", "restart", "run"].contains(verb) { arguments += ["--notes", directory.path(of: "notes")] }
        let child = try TestChild(
            SpawnRequest(executable: FixtureProgram.path(of: "fixture-daemon"), arguments: arguments))
        let output = try child.readToEnd(within: .seconds(60))
        return Answer(status: try child.waitForExit(), output: output)
    }

    private static func pid(_ directory: TestDirectory) -> Int32? {
        directory.read("pid").flatMap { Int32($0.split(separator: "\n").first ?? "") }
    }

    @Test("row 38: start, status, reload, restart, stop with their exit codes")
    func commands() throws {
        let directory = try TestDirectory()
        defer { _ = try? Self.run("stop", in: directory) }
        #expect(try Self.run("status", in: directory).status == .exited(code: 3))
        let started = try Self.run("start", in: directory)
        #expect(started.status == .exited(code: 0), "\(started)")
        let pid = try #require(Self.pid(directory))
        #expect(started.output == "fixture-daemon started (pid \(pid))\n")
        let status = try Self.run("status", in: directory).output
        #expect(status.hasPrefix("fixture-daemon is running (pid \(pid)) since 20"), "\(status)")
        #expect(status.hasSuffix("s)\nnoting things\n"), "\(status)")
        let json = try Self.run("status", "--json", in: directory)
        #expect(json.status == .exited(code: 0))
        let value = try JSONReader.read(json.output)
        #expect(value["pid"]?.integer == Int64(pid))
        #expect(value["status"]?.text == "noting things")
        #expect((0...600).contains(value["uptime_seconds"]?.integer ?? -1))
        #expect(try Self.run("start", in: directory).status == .exited(code: 73))
        #expect(try Self.run("reload", in: directory).status == .exited(code: 0))
        #expect(try Self.run("restart", in: directory).status == .exited(code: 0))
        #expect(Self.pid(directory) != pid)
        #expect(try Self.run("stop", in: directory).output == "fixture-daemon stopped\n")
        #expect(try Self.run("stop", in: directory).output == "fixture-daemon was not running\n")
        #expect(directory.read("pid") == nil)
    }

    @Test("row 35: another session, no terminal, init as parent")
    func detached() throws {
        let directory = try TestDirectory()
        defer { _ = try? Self.run("stop", in: directory) }
        #expect(try Self.run("start", in: directory).status == .exited(code: 0))
        let pid = try #require(Self.pid(directory))
        let facts = try #require(ProcessFacts.of(pid: pid))
        #expect(facts.session == pid)
        #expect(facts.parent != getpid())
    }

    @Test("row 36: what makes the start fail reaches the caller")
    func failingStart() throws {
        let directory = try TestDirectory()
        let answer = try Self.run("start", "--fails", in: directory)
        #expect(answer.status == .exited(code: 1))
        #expect(answer.output.contains("it does not want to"))
        #expect(answer.output.contains("(exited with status 1)"))
        #expect(try Self.run("status", in: directory).status == .exited(code: 3))
    }

    @Test("a mistyped command is an error with a suggestion, and starts nothing", arguments: ["statsu", "strat"])
    func mistyped(_ word: String) throws {
        let child = try TestChild(
            SpawnRequest(executable: FixtureProgram.path(of: "fixture-daemon"), arguments: [word]))
        let output = try child.readToEnd()
        #expect(try child.waitForExit() == .exited(code: 64))
        #expect(output.contains("there is no command '\(word)': did you mean 'sta"))
    }

    @Test("row 43: the daemon's own options stand in the root help")
    func help() throws {
        let child = try TestChild(
            SpawnRequest(executable: FixtureProgram.path(of: "fixture-daemon"), arguments: ["--help"]))
        let output = try child.readToEnd()
        #expect(try child.waitForExit() == .exited(code: 0))
        #expect(output.contains("--hook-hangs"))
        #expect(output.contains("start in the background") || output.contains("Start in the background"))
    }

    @Test("row 19: of two in the foreground with one pid file exactly one survives, and the file stays its own")
    func exclusive() throws {
        let directory = try TestDirectory()
        func request() -> SpawnRequest {
            SpawnRequest(
                executable: FixtureProgram.path(of: "fixture-daemon"),
                arguments: ["run", "--notes", directory.path(of: "notes"), "--pid-file", directory.path(of: "pid")])
        }
        let first = try TestChild(request())
        while Self.pid(directory) == nil { usleep(1_000) }
        let second = try TestChild(request())
        let output = try second.readToEnd()
        #expect(try second.waitForExit() == .exited(code: 73))
        #expect(output.contains("already running (pid \(first.pid))"))
        #expect(Self.pid(directory) == first.pid)
        try first.process.handle.signal(.terminate)
        #expect(try first.waitForExit() == .exited(code: 0))
        #expect(directory.read("pid") == nil)
    }

    @Test("start under a supervisor stays in the foreground")
    func supervised() throws {
        let directory = try TestDirectory()
        let socket = try DatagramSocket(in: directory.descriptor, name: "notify")
        var request = SpawnRequest(
            executable: FixtureProgram.path(of: "fixture-daemon"),
            arguments: ["start", "--notes", directory.path(of: "notes")])
        request.environment = ["PATH=/usr/bin:/bin", "NOTIFY_SOCKET=\(directory.path(of: "notify"))"]
        let child = try TestChild(request)
        var said = ""
        while said != "READY=1" {
            #expect(socket.descriptor.waitReadable(until: MonotonicTime.now() + .seconds(30)))
            let message = try #require(try socket.receive())
            #expect(message.sender?.pid == child.pid)
            said = String(decoding: message.bytes, as: UTF8.self)
        }
        try child.process.handle.signal(.terminate)
        #expect(try child.waitForExit() == .exited(code: 0))
    }
}
