import HobConfig
import HobPolicy
import HobYAML
import Testing

@testable import struct HobConfig.KeyTable

@Suite struct ControlFileTests {
    private static let environment = ["PATH": "/usr/bin:/bin", "PORT": "9312"]

    private static func load(_ text: String, files: [String: String] = [:]) -> (load: ControlLoad, directory: String) {
        let directory = ScratchDirectory()
        for (name, contents) in files { directory.write(name, contents) }
        let file = directory.write("searchd.yml", text)
        return withExtendedLifetime(directory) { (.file(file, environment: environment), directory.path) }
    }

    /// What is wrong with a file, one line each, without the directory.
    private static func errors(_ text: String) -> [String] {
        let (load, directory) = load(text)
        return load.errors.map { $0.description.replacing(directory + "/", with: "") }
    }

    private static func settings(_ text: String) throws -> ControlSettings {
        let load = load(text).load
        try #require(load.errors.map(\.description) == [])
        return load.settings
    }

    private static func flags(_ flags: ControlFlag...) -> ControlLoad {
        .flags(flags, directory: "/here", environment: environment)
    }

    @Test func `a file says everything that flags can say`() throws {
        let (load, directory) = Self.load(
            """
            command: searchd -c "my sphinx.conf" --port ${PORT}
            identifier: search
            pid_file: run/searchd.pid
            log_file: /var/log/searchd.log
            lock_file: ./run/lock
            umask: "027"
            environment: { LANG: C.UTF-8, COST: "5$" }
            unset: [DISPLAY]
            keep_fd: [3, 4]
            daemonize: true
            before_start: test -e index || ./make-index
            ping: { tcp: "localhost:${PORT}" }
            notify: true
            ready_phrase: "ready$"
            ping_interval: 50ms
            start_timeout: 25s
            start_abort_timeout: 5s
            log_inactivity_timeout: off
            stop: [QUIT 1s, TERM 2s, KILL]
            stop_timeout: 20s
            stop_command: [searchd, --stop]
            restart_command: { command: kill -HUP $(cat run/searchd.pid), shell: true }
            ignore_invalid_pid_file: true
            """)
        #expect(load.errors.map(\.description) == [])
        let path = try #require(load.settings.directory)
        #expect(path.hasSuffix(directory))
        var expected = ControlSettings()
        expected.command = .words(["searchd", "-c", "my sphinx.conf", "--port", "9312"])
        expected.identifier = "search"
        expected.pidFile = "\(path)/run/searchd.pid"
        expected.logFile = "/var/log/searchd.log"
        expected.lockFile = "\(path)/run/lock"
        expected.directory = path
        expected.umask = 0o27
        expected.environment = ["LANG": "C.UTF-8", "COST": "5$", "DISPLAY": nil]
        expected.keptDescriptors = [3, 4]
        expected.daemonizes = true
        expected.beforeStart = .shell("test -e index || ./make-index")
        expected.ping = .tcp(host: "localhost", port: 9312)
        expected.awaitsNotification = true
        expected.readyPhrase = "ready$"
        expected.pingInterval = .milliseconds(50)
        expected.startTimeout = .seconds(25)
        expected.startAbortTimeout = .seconds(5)
        expected.logInactivityTimeout = .off
        expected.stop = .sequence(
            StopSequence(steps: [
                .init(signal: 3, patience: .seconds(1)), .init(signal: 15, patience: .seconds(2)),
            ]))
        expected.stopTimeout = .seconds(20)
        expected.stopCommand = .words(["searchd", "--stop"])
        expected.restartCommand = .shell("kill -HUP $(cat run/searchd.pid)")
        expected.ignoresInvalidPIDFile = true
        #expect(load.settings == expected)
    }

    @Test func `flags say the same, and their paths are seen from the current directory`() {
        let load = Self.flags(
            .list("command", "command", ["searchd", "", "a b", "$HOME", "${X}"]),
            .text("pid_file", "--pid-file", "p$$.pid"), .text("ping", "--ping", "unix:run/s"),
            .text("stop", "--stop-signal", " QUIT 1s ,TERM  1s, KILL"),
            .list("environment", "--env", ["A=${B}", "C="]),
            .list("unset", "--unset", ["D"]), .list("keep_fd", "--keep-fd", ["7"]),
            .text("before_start", "--before-start", "echo $HOME"), .text("daemonize", "--daemonize", "true"),
            .command("stop_command", "--stop-command", "quit 'the daemon' ${PORT}"))
        #expect(load.errors == [])
        let settings = load.settings
        #expect(settings.command == .words(["searchd", "", "a b", "$HOME", "${X}"]))
        #expect(settings.pidFile == "/here/p$$.pid")
        #expect(settings.ping == .unix("/here/run/s"))
        let steps: [StopSequence.Step] = [
            .init(signal: 3, patience: .seconds(1)), .init(signal: 15, patience: .seconds(1)),
        ]
        #expect(settings.stop == .sequence(StopSequence(steps: steps)))
        #expect(settings.environment == ["A": "${B}", "C": "", "D": nil])
        #expect(settings.keptDescriptors == [7])
        #expect(settings.beforeStart == .shell("echo $HOME"))
        #expect(settings.daemonizes == true)
        #expect(settings.stopCommand == .words(["quit", "the daemon", "9312"]))
        #expect(settings.directory == nil)
    }

    @Test func `flags win over the file, variable by variable`() throws {
        let file = try Self.settings("pid_file: a.pid\nstart_timeout: 5s\ndaemonize: true\nenvironment: { A: 1, B: 2 }")
        let flags = Self.flags(
            .text("start_timeout", "--start-timeout", "9s"), .text("daemonize", "--no-daemonize", "false"),
            .list("environment", "--env", ["B=3"]), .list("unset", "--unset", ["A"])
        ).settings
        let settings = flags.laid(over: file)
        #expect(settings.startTimeout == .seconds(9))
        #expect(settings.daemonizes == false)
        #expect(settings.environment == ["A": nil, "B": "3"])
        #expect(settings.pidFile == file.pidFile)
        #expect(settings.directory == file.directory)
    }

    @Test(
        arguments: [
            ("tcp:localhost:80", .tcp(host: "localhost", port: 80)), ("tcp:8080", .tcp(host: "localhost", port: 8080)),
            ("tcp::8080", .tcp(host: "localhost", port: 8080)), ("tcp:[::1]:80", .tcp(host: "::1", port: 80)),
            ("unix:/run/s", .unix("/run/s")), ("http://h:1/p?q", .http("http://h:1/p?q")),
            ("http:http://[::1]/", .http("http://[::1]/")),
            ("exec:pg_isready -q", .command(.words(["pg_isready", "-q"]))),
            ("{ tcp: 80 }", .tcp(host: "localhost", port: 80)), ("{ http: 'http://h' }", .http("http://h")),
            ("{ exec: [a, b c] }", .command(.words(["a", "b c"]))),
            ("{ exec: { command: a | b, shell: true } }", .command(.shell("a | b"))),
        ] as [(String, ControlSettings.Ping)])
    func `the forms of a ping`(text: String, ping: ControlSettings.Ping) throws {
        #expect(try Self.settings("ping: \(text)").ping == ping)
        if !text.hasPrefix("{") { #expect(Self.flags(.text("ping", "--ping", text)).settings.ping == ping) }
    }

    @Test(arguments: [
        ("pidfile: x", "1:1: unknown key 'pidfile' in the file: did you mean 'pid_file'?"),
        ("nonsense: x", "1:1: unknown key 'nonsense' in the file"),
        ("services: {}", "1:1: unknown key 'services' in the file: this is a file for 'hob up'"),
        ("start_timeout: 5", "1:16: 'start_timeout' in the file: '5' has no unit: write '5s'"),
        ("start_timeout: 0s", "1:16: 'start_timeout' in the file: '0s' is no time at all"),
        ("log_inactivity_timeout: 0", "1:25: 'log_inactivity_timeout' in the file: '0' is no time at all: write 'off'"),
        ("ping: localhost:80", "1:7: 'ping' in the file: 'localhost:80' is no ping: write tcp:HOST:PORT"),
        ("ping: tcp:localhost", "1:7: 'ping' in the file: 'localhost' has no port"),
        ("ping: tcp:::1:80", "1:7: 'ping' in the file: '::1:80' is not host:port: write [address]:port"),
        ("ping: tcp:h:99999", "1:7: 'ping' in the file: '99999' is not a port from 1 to 65535"),
        ("ping: https://h/", "1:7: 'ping' in the file: https cannot be asked: write exec:curl"),
        ("ping: {}", "1:7: 'ping' in the file: it names nothing to ask"),
        ("ping: { tcp: 1, unix: x }", "1:23: 'ping.unix' in the file: 'tcp' is there already: keep one of them"),
        ("ping: { udp: 1 }", "1:9: unknown key 'udp' in 'ping' of the file"),
        ("ping: unix:/\(String(repeating: "x", count: 108))", "1:7: 'ping' in the file: '/xxx"),
        ("stop: NOPE", "1:7: 'stop' in the file: 'NOPE' is no signal"),
        ("stop: [QUIT, KILL]", "1:8: 'stop' in the file: 'QUIT' does not say how long to wait: write 'QUIT 10s'"),
        ("stop: [KILL, TERM 1s]", "1:8: 'stop' in the file: KILL cannot be followed by anything"),
        ("daemonize: perhaps", "1:12: 'daemonize' in the file: 'perhaps' is not understood: write true or false"),
        ("command: a 'b", "1:10: 'command' in the file: the quote ' is not closed"),
        ("command: [a, {}]", "1:14: 'command' in the file: a mapping where a word belongs"),
        ("command: [a]\nshell: true", "1:10: 'command' in the file: a list where a shell's text belongs"),
        ("shell: true", "1:8: 'shell' in the file: there is no command that a shell could run"),
        ("command: a ${NOWHERE}", "1:12: variable 'NOWHERE' is not set"),
        ("umask: 999", "1:8: 'umask' in the file: '999' is not an octal number up to 0777"),
        ("keep_fd: 1", "1:10: 'keep_fd' in the file: '1' is not a number from 3"),
        ("ready_phrase: '('", "1:15: 'ready_phrase' in the file: '(' is no POSIX extended regular expression"),
        ("environment: { 'A B': 1 }", "1:16: 'environment' in the file: 'A B' is no name of a variable"),
        ("unset: [A=B]", "1:9: 'unset' in the file: 'A=B' is no name of a variable"),
        ("directory: nowhere", "1:12: 'directory' in the file: '"),
        ("pid_file: ''", "1:11: 'pid_file' in the file: it is empty: write a path"),
        ("pid_file:", "1:1: 'pid_file' in the file: it has no value: give it one"),
        ("- a", "1:1: the file: a list where a mapping belongs"), ("", "1:1: the file is empty: write 'command:'"),
        ("a: [", "1:"),
    ])
    func `a mistake has its place, what is wrong and what would be right`(text: String, message: String) {
        let errors = Self.errors(text)
        #expect(errors.first?.hasPrefix("searchd.yml:" + message) ?? false, "\(errors)")
    }

    @Test func `all mistakes are told at once, and a file that is not there is one`() {
        #expect(Self.errors("pidfile: a\nstart_timeout: 5\nstop: X").count == 3)
        let missing = ControlLoad.file("/nowhere/x.yml", environment: [:])
        #expect(missing.errors.map(\.description) == ["/nowhere/x.yml:1:1: cannot be read: no such file"])
    }

    @Test func `a flag's mistake names the flag`() {
        let load = Self.flags(
            .text("start_timeout", "--start-timeout", "5"), .command("command", "command", "a | b"),
            .list("environment", "--env", ["=x"]), .text("ping", "--ping", "x"))
        let messages = load.errors.map { $0.message + ": " + ($0.suggestion ?? "") }
        #expect(messages.contains { $0.hasPrefix("'--start-timeout' in the command line: '5' has no unit") })
        #expect(messages.contains { $0.hasPrefix("'--ping' in the command line: 'x' is no ping") })
        #expect(messages.contains { $0.hasPrefix("'--env' in the command line: '' is no name of a variable") })
        #expect(load.warnings.map(\.suggestion) == ["write --shell if a shell is meant"])
    }

    @Test func `variables come from hob's environment, then from .env`() throws {
        let load = Self.load(
            "command: a ${PORT} ${COLOR}", files: [".env": "PORT=1\nCOLOR=red\n"]
        ).load
        #expect(load.settings.command == .words(["a", "9312", "red"]))
    }

    // MARK: - The reference

    private static let tables: [KeyTable] = [.control, .controlPing, .controlCommand]

    @Test func `every key's example loads`() {
        for table in Self.tables {
            for key in table.keys {
                #expect(Self.errors(key.example) == [], "\(table.id).\(key.name)")
                #expect(key.help.hasSuffix("."), "\(table.id).\(key.name)")
            }
        }
    }

    @Test func `no key has the name or the synonym of another`() {
        for table in Self.tables {
            let names = table.keys.flatMap { [$0.name] + $0.synonyms }
            #expect(Set(names).count == names.count, "\(table.id)")
        }
    }

    @Test func `the shipped page is what the tables say`() {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(root)/Documentation/control.md"
        if GoldenFile.isRecording { GoldenFile.write(path, ControlReference.markdown) }
        #expect(
            GoldenFile.read(path) == ControlReference.markdown,
            "run the tests with HOB_RECORD=1 and read the difference")
    }
}
