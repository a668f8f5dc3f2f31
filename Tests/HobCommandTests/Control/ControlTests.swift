import ArgumentParser
import Glibc
import HobConfig
import HobController
import HobPolicy
import HobSystem
import HobTestKit
import Testing

@testable import HobCommand

@Suite("hob control: the command line", .blocking)
struct ControlTests {
    private static let console = Console(color: .never, isQuiet: true, environment: [:])

    private static func control(_ words: String...) throws -> Control {
        try #require(try HobRoot.parseAsRoot(GlobalOptions.moveBehindVerb(words)) as? Control)
    }

    private static func configuration(_ words: String...) throws -> DaemonController.Configuration {
        let control = try #require(
            try HobRoot.parseAsRoot(GlobalOptions.moveBehindVerb(["control"] + words)) as? Control)
        let subject = ControlSubject(file: control.file, flags: control.flags, console: Self.console)
        return try subject.configuration(for: control.verb)
    }

    @Test("The file's option may stand before the verb, before its verb and behind it")
    func file() throws {
        for words in [
            ["-f", "x", "control", "stop"], ["control", "-f", "x", "stop"], ["control", "stop", "-f", "x"],
        ] {
            let control = try #require(try HobRoot.parseAsRoot(GlobalOptions.moveBehindVerb(words)) as? Control)
            #expect(control.file == "x")
            #expect(control.verb == .stop)
        }
        #expect(try Self.control("-q", "--color", "never", "control", "status").output.quiet)
    }

    @Test("Every flag arrives in the configuration")
    func flags() throws {
        let configuration = try Self.configuration(
            "start", "--identifier", "search", "--pid-file", "/p/s.pid", "--log-file", "/p/log", "--lock-file",
            "/p/lock",
            "--ping", "http://localhost:80/x", "--start-timeout", "1s", "--start-abort-timeout", "2s", "--stop-timeout",
            "3s", "--log-inactivity-timeout", "off", "--ping-interval", "5ms", "--stop-signal", "QUIT",
            "--stop-command", "quit now", "--restart-command", "again", "--before-start", "make index",
            "--ignore-invalid-pid-file", "--daemonize", "--env", "A=1", "--env", "B=", "--unset", "C", "--notify",
            "--ready-phrase", "ready", "--directory", "/", "--umask", "027", "--", "searchd", "-c", "sphinx.conf")
        #expect(configuration.identifier == "search")
        #expect(configuration.pidFile == "/p/s.pid")
        #expect(configuration.logFile == "/p/log")
        #expect(configuration.lockFile == "/p/lock")
        guard case .http("http://localhost:80/x") = configuration.ping else {
            Issue.record("\(String(describing: configuration.ping))")
            return
        }
        #expect(configuration.startTimeout == .seconds(1))
        #expect(configuration.startAbortTimeout == .seconds(2))
        #expect(configuration.stopTimeout == .seconds(3))
        #expect(configuration.logInactivityTimeout == nil)
        #expect(configuration.pingInterval == .milliseconds(5))
        #expect(configuration.stopSignal == SIGQUIT)
        #expect(configuration.stopCommand == .words(["quit", "now"]))
        #expect(configuration.restartCommand == .words(["again"]))
        #expect(configuration.beforeStartCommand == .shell("make index"))
        #expect(configuration.leavesAloneIfPIDFileInvalid)
        #expect(configuration.daemonizes)
        #expect(configuration.environment == ["A": "1", "B": "", "C": nil])
        #expect(configuration.awaitsNotification)
        #expect(configuration.readyPhrase == "ready")
        #expect(configuration.directory == "/")
        #expect(configuration.umask == 0o27)
        #expect(Self.command(of: configuration) == .words(["searchd", "-c", "sphinx.conf"]))
    }

    private static func command(of configuration: DaemonController.Configuration) -> HobController.Command? {
        if case .command(let command) = configuration.startCommand { command } else { nil }
    }

    @Test("One argument is split as words, several are taken as they are, --shell gives it to the shell")
    func command() throws {
        func command(_ words: String...) throws -> HobController.Command? {
            let control = try #require(
                try HobRoot.parseAsRoot(["control", "start", "--pid-file", "p"] + words) as? Control)
            let subject = ControlSubject(file: nil, flags: control.flags, console: Self.console)
            return Self.command(of: try subject.configuration(for: .start))
        }
        #expect(try command("--", "a 'b c' d") == .words(["a", "b c", "d"]))
        #expect(try command("--", "a 'b", "c") == .words(["a 'b", "c"]))
        #expect(try command("--", "a", "--json") == .words(["a", "--json"]))
        #expect(try command("--shell", "--", "a | b $HOME") == .shell("a | b $HOME"))
        #expect(throws: (any Error).self) { try command("--shell", "--", "a", "b") }
        #expect(throws: (any Error).self) { try command("--shell") }
        #expect(throws: CommandFailure.self) { try command("--", "a 'b") }
        #expect(throws: CommandFailure.self) { try command("--", "") }
    }

    @Test(
        "The daemon is called after its pid file",
        arguments: [("/run/x/searchd.pid", "searchd"), ("a", "a"), (".pid", ".pid")])
    func identifier(file: String, name: String) throws {
        #expect(try Self.configuration("stop", "--pid-file", file).identifier == name)
    }

    @Test("What a verb needs must be there", arguments: ["start", "restart", "ensure", "connect"])
    func needs(verb: String) throws {
        for words in [[verb], [verb, "--pid-file", "x"], [verb, "--", "a"]] {
            let control = try #require(try HobRoot.parseAsRoot(["control"] + words) as? Control)
            let subject = ControlSubject(file: control.file, flags: control.flags, console: Self.console)
            let error = #expect(throws: CommandFailure.self) { try subject.configuration(for: control.verb) }
            #expect(error?.exitStatus == ExitStatus.usage)
        }
    }

    @Test("A descriptor to keep must be open")
    func descriptors() throws {
        let error = #expect(throws: CommandFailure.self) {
            try Self.configuration("start", "--pid-file", "x", "--keep-fd", "999999", "--", "a")
        }
        #expect(error?.exitStatus == ExitStatus.usage)
        #expect(error?.message.contains("999999") ?? false)
        #expect(try Self.configuration("stop", "--pid-file", "x", "--keep-fd", "999999").keptDescriptors == [999_999])
    }

    @Test(
        "A mistyped verb is answered with the right one",
        arguments: [
            ("strat", "start"), ("kill", "stop"), ("reload", "restart"), ("conect", "connect"), ("xyzzy", "one of"),
        ])
    func verbs(word: String, meant: String) {
        let error = #expect(throws: ValidationError.self) { try ControlVerb(word: word) }
        #expect(error.map { "\($0)".contains(meant) } ?? false)
    }

    @Test(
        "Errors of the library have their exit codes",
        arguments: [
            (.alreadyStarted, 73), (.startFailed, 1), (.startTimedOut, 2), (.stopFailed, 1), (.stopTimedOut, 2),
            (.connectFailed, 1), (.badConfiguration, 78),
        ] as [(ControllerError.Code, Int32)])
    func exitCodes(code: ControllerError.Code, status: Int32) {
        #expect(ControlReport.exitStatus(of: ControllerError(code, identifier: "x", message: "")) == status)
        // A timeout stays one whatever else was in the way.
        let forbidden = ControllerError(
            code, identifier: "x", message: "", cause: SystemError(code: EACCES, message: ""))
        #expect(ControlReport.exitStatus(of: forbidden) == (status == 1 ? 77 : status))
    }
}
