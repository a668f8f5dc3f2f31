import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite("A daemon with a configuration", .blocking)
struct ConfiguredDaemonTests {
    private static func run(
        _ arguments: [String], _ variables: [String] = []
    ) throws -> (status: HobSystem.ExitStatus, output: String) {
        var request = SpawnRequest(executable: FixtureProgram.path(of: "fixture-daemon"), arguments: arguments)
        request.environment = ["PATH=/usr/bin:/bin"] + variables
        let child = try TestChild(request)
        let output = try child.readToEnd()
        return (try child.waitForExit(), output)
    }

    @Test("row 40: command line over variable over environment file over base file, and config says which")
    func precedence() throws {
        let directory = try TestDirectory()
        try directory.write("greeting: base\nhttp:\n  port: 1\n", to: "base.yml")
        #expect(try Self.config(directory).contains("greeting             base"))
        try directory.write("greeting: production\n", to: "production.yml")
        #expect(try Self.config(directory, ["-e", "production"]).contains("greeting             production"))
        let variable = ["FIXTURE_DAEMON_GREETING=variable"]
        #expect(try Self.config(directory, ["-e", "production"], variable).contains("greeting             variable"))
        let set = try Self.config(directory, ["-e", "production", "--set", "greeting=flag"], variable)
        #expect(set.contains("greeting             flag"))
        #expect(set.contains("base.yml:3:"))
    }

    private static func config(
        _ directory: TestDirectory, _ arguments: [String] = [], _ variables: [String] = []
    ) throws -> String {
        let answer = try run(["config", "--config", directory.path] + arguments, variables)
        #expect(answer.status == .exited(code: 0), "\(answer.output)")
        return answer.output
    }

    @Test("row 41: a mistake is told with file, line and column, and nothing is started")
    func mistakes() throws {
        let directory = try TestDirectory()
        try directory.write("greeting: base\nhttp:\n  prot: 1\n", to: "base.yml")
        let answer = try Self.run(
            ["run", "--notes", directory.path(of: "notes"), "--config", directory.path])
        #expect(answer.status == .exited(code: 78))
        #expect(answer.output.contains("base.yml:3:3: "), "\(answer.output)")
        #expect(answer.output.contains("http.port"), "\(answer.output)")
        #expect(directory.read("notes") == nil)
        #expect(try Self.run(["config", "--set", "http.port=9x"]).status == .exited(code: 64))
    }

    @Test("options before a command are told to come behind it")
    func misplaced() throws {
        let answer = try Self.run(["-e", "production", "config"])
        #expect(answer.status == .exited(code: 64))
        #expect(answer.output.contains("a command comes before its options: 'fixture-daemon config -e production'"))
    }

    @Test("HUP reads it anew; a broken file leaves everything as it was")
    func reload() throws {
        let directory = try TestDirectory()
        try directory.write("greeting: one\n", to: "base.yml")
        let child = try TestChild(
            SpawnRequest(
                executable: FixtureProgram.path(of: "fixture-daemon"),
                arguments: ["run", "--notes", directory.path(of: "notes"), "--config", directory.path]))
        func waitFor(_ line: String, times: Int = 1) throws {
            let deadline = MonotonicTime.now() + .seconds(30)
            while (directory.read("notes") ?? "").split(separator: "\n").count(where: { $0 == line }) < times {
                guard MonotonicTime.now() < deadline else {
                    throw SystemError(
                        code: ETIMEDOUT, message: "\(line) was not noted: \(directory.read("notes") ?? "")")
                }
                usleep(1_000)
            }
        }
        try waitFor("greets one")
        try directory.write("greeting: two\n", to: "base.yml")
        try child.process.handle.signal(.hangUp)
        try waitFor("greets two")
        try directory.write("greeting: [broken\n", to: "base.yml")
        try child.process.handle.signal(.hangUp)
        try waitFor("greets two", times: 2)
        try child.process.handle.signal(.terminate)
        let output = try child.readToEnd()
        #expect(try child.waitForExit() == .exited(code: 0))
        #expect(output.contains("base.yml:"), "\(output)")
    }
}
