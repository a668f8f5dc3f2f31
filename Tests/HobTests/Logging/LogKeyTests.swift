import Glibc
import HobPolicy
import HobSystem
import HobTestKit
import Testing

@testable import Hob

/// The log's keys of the configuration, in a daemon of its own.
@Suite(.blocking) struct LogKeyTests {
    private let directory: TestDirectory

    init() throws {
        directory = try TestDirectory()
    }

    private func request(_ verb: String, _ options: [String]) -> SpawnRequest {
        var arguments = [verb, "--config", directory.path] + options
        if verb != "config" { arguments += ["--notes", directory.path(of: "notes")] }
        return SpawnRequest(executable: FixtureProgram.path(of: "fixture-daemon"), arguments: arguments)
    }

    private func answer(_ verb: String, _ options: String...) throws -> (status: HobSystem.ExitStatus, output: String) {
        let child = try TestChild(request(verb, options))
        let output = try child.readToEnd()
        return (try child.waitForExit(), output)
    }

    /// Looks again and again until it is so; another process cannot tell us.
    private func wait(for what: String, _ isSo: () -> Bool) throws {
        let deadline = MonotonicTime.now() + .seconds(30)
        while !isSo() {
            guard MonotonicTime.now() < deadline else {
                throw SystemError(code: ETIMEDOUT, message: "no \(what); log: \(directory.read("log") ?? "")")
            }
            usleep(1_000)
        }
    }

    @Test func `config shows the log's keys, which files, variables and flags set`() throws {
        try directory.write(
            "log:\n  format: json\n  to: [syslog, ./my.log]\n  reports: { limit: 3 in 1m }\n", to: "base.yml")
        let shown = try answer("config", "-e", "production", "--log-level", "warning")
        #expect(shown.status == .exited(code: 0))
        let rows = shown.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        for row in [
            "log.level warning --log-level", "log.format json \(directory.path)/base.yml:2:11",
            "log.to [syslog, ./my.log] \(directory.path)/base.yml:3:7",
            "log.reports.limit 3 in 1m \(directory.path)/base.yml:4:21", "log.reports.level error default",
        ] {
            #expect(rows.contains(row), "\(rows)")
        }
        #expect(try answer("config", "-e", "production").output.contains("log.level            info"))
    }

    @Test(arguments: [
        ("log: { level: loud }", "base.yml:1:15: 'log.level' must be 'trace', 'debug'"),
        ("log: { format: xml }", "base.yml:1:16: 'log.format' must be 'text' or 'json', not 'xml'"),
        (
            "log: { to: [sylsog] }",
            "base.yml:1:12: 'log.to' must be a list of stdout, stderr, syslog, journal and paths of files "
                + "('sylsog' is none: did you mean 'syslog'?)"
        ),
        ("log: { to: [errors.txt] }", "('errors.txt' is none: a file in this directory is './errors.txt')"),
        ("log: { reports: { webhook: 'https://x' } }", "base.yml:1:28: 'log.reports.webhook' must be an http:// URL"),
        ("log: { reports: { limit: 10 } }", "base.yml:1:26: 'log.reports.limit' must be a number in a time"),
        ("log: { reports: { webhook: 'http://x', command: [a] } }", "are both set: keep one of them"),
        ("log: { levle: info }", "base.yml:1:8: unknown key 'log.levle': did you mean 'log.level'?"),
    ])
    func `row 41: a wrong value of the log's keys has its place, and nothing is started`(text: String, words: String)
        throws
    {
        try directory.write(text, to: "base.yml")
        for verb in ["run", "config", "start"] {
            let answer = try answer(verb)
            #expect(answer.status == .exited(code: 78), "\(answer)")
            #expect(answer.output.contains(words), "\(answer)")
        }
        #expect(directory.read("notes") == nil)
    }

    @Test
    func `level and format change at a HUP, and a level that a signal has set stays where the file says the same`()
        throws
    {
        try directory.write("log: { level: info }", to: "base.yml")
        var request = request("run", ["--log-file", directory.path(of: "log")])
        let null = try Descriptor.open("/dev/null", flags: .writeOnly)
        request.descriptors = [
            DescriptorMapping(source: null.raw, target: 1), DescriptorMapping(source: null.raw, target: 2),
        ]
        let daemon = try withExtendedLifetime(null) { try TestChild(request) }
        try wait(for: "start") { directory.read("notes") != nil }
        try daemon.process.handle.signal(.user1)
        try wait(for: "debug") { directory.read("log")?.contains("the log level is now debug") ?? false }
        try directory.write("log: { level: info, format: json, caller: true }", to: "base.yml")
        try daemon.process.handle.signal(.hangUp)
        try wait(for: "JSON") {
            (directory.read("log") ?? "").split(separator: "\n").contains {
                $0.hasPrefix("{") && $0.contains("log.format: text -> json")
            }
        }
        try directory.write("log: { level: error }", to: "base.yml")
        try daemon.process.handle.signal(.hangUp)
        try wait(for: "two reloads") {
            (directory.read("notes") ?? "").split(separator: "\n").count { $0 == "reload" } >= 2
        }
        try daemon.process.handle.signal(.terminate)
        #expect(try daemon.waitForExit() == .exited(code: 0))
    }

    @Test func `log.to leads into files, each with the format of the configuration; the foreground has a copy`() throws
    {
        try directory.write(
            "log: { format: json, to: ['\(directory.path(of: "one"))', '\(directory.path(of: "two"))'] }",
            to: "base.yml")
        let answer = try answer("run", "--fails")
        #expect(answer.status == .exited(code: 1))
        let isLine = { (text: String?) in text?.contains("\"message\":\"it does not want to\"") ?? false }
        #expect(isLine(directory.read("one")), "\(directory.read("one") ?? "none")")
        #expect(isLine(directory.read("two")))
        #expect(isLine(answer.output))
    }

    @Test func `row 36: a start that fails says why, also when the log goes elsewhere`() throws {
        try directory.write("log: { to: ['\(directory.path(of: "one"))'] }", to: "base.yml")
        let answer = try answer(
            "start", "--fails", "--pid-file", directory.path(of: "pid"), "--log-file", directory.path(of: "log"))
        #expect(answer.status == .exited(code: 1))
        #expect(answer.output.contains("it does not want to"), "\(answer)")
        #expect(directory.read("one")?.contains("it does not want to") ?? false)
    }

    @Test func `a log for development shows the daemon's lines, not the steps of the service group`() throws {
        let daemon = try TestChild(request("run", ["--log-lines", "4"]))
        try daemon.waitForOutput("3-0")
        try daemon.process.handle.signal(.terminate)
        let output = try daemon.readToEnd()
        #expect(try daemon.waitForExit() == .exited(code: 0))
        #expect(!output.contains("ServiceLifecycle"), "\(output)")
    }

    @Test func `a daemon's own key may not have the name of one that every daemon has`() {
        let keys = StandardKeys(DaemonConfiguration(), in: .development)
        let error = #expect(throws: ConfigurationError.self) {
            try LiveConfiguration(
                ConfigurationSources(keys: [ConfigKey("log.level", default: "x")] + keys.all, daemon: "dirlister"))
        }
        #expect(
            error?.message
                == "the declared keys: 'log.level' is declared twice: every daemon has it: give yours another name")
    }
}
