import ArgumentParser
import Glibc
import HobConfig
import HobController
import HobSystem

/// `hob control`
struct Control: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start, stop and connect to a daemon that nobody supervises.",
        discussion: """
            However many callers there are, one start happens, and each returns when the daemon can be used, or with \
            the daemon's own words on why it cannot. stop takes its whole tree along. ensure starts it unless it runs; \
            connect does so, too, and joins its tcp: or unix: ping to stdin and stdout.

            Examples:
              $ hob control start --pid-file searchd.pid --log-file searchd.log \\
                    --ping tcp:localhost:9312 --start-timeout 25s -- searchd -c sphinx.conf
              searchd started (pid 4711) in 312ms
              $ hob control -f searchd.yml stop
              searchd stopped in 24ms

            The file has the same as keys (pid_file: searchd.pid, command: searchd -c sphinx.conf); flags win over it.

            Exit codes: 0 done; 1 failed; 2 timed out; 64 usage; 73 start: it runs already; 77 not permitted; 78 bad \
            configuration. status, after the LSB: 0 running, 3 not running, 4 cannot be told.
            """)

    @Argument(
        help: "What to do: \(ControlVerb.allCases.map(\.rawValue).joined(separator: ", ")).",
        completion: .list(ControlVerb.allCases.map(\.rawValue)), transform: ControlVerb.init(word:))
    var verb: ControlVerb

    @Argument(
        parsing: .postTerminator,
        help: """
            Behind --, the command that starts the daemon: it must put itself into the background and return 0, unless \
            --daemonize is given. A single word is split at its blanks.
            """)
    var command: [String] = []

    @Option(
        name: .shortAndLong, help: "A file with the settings of the daemon.",
        completion: .file(extensions: ["yml", "yaml"]))
    var file: String?

    @Option(name: .customShort("C"), help: "Go to this directory first.", completion: .directory)
    var startDirectory: String?

    @Flag(help: "Print what came of it as one JSON object.")
    var json = false

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "The daemon") var process: ControlProcessOptions
    @OptionGroup(title: "Its start") var readiness: ControlReadinessOptions
    @OptionGroup(title: "Its end") var stopping: ControlStopOptions

    func validate() throws {
        if process.shell, command.count != 1 {
            throw ValidationError(
                command.isEmpty
                    ? "--shell needs a command behind --"
                    : "with --shell the command is one argument: put all of it into quotes")
        }
        if json, verb == .connect { throw ValidationError("--json is not for connect, whose output is the daemon's") }
    }

    func run() throws {
        var report = ControlReport(verb: verb, console: output.console, asJSON: json)
        do {
            if let startDirectory, chdir(startDirectory) != 0 {
                throw CommandFailure(
                    ExitStatus.usage, "cannot go to \(startDirectory): \(SystemError.fileReason(errno))")
            }
            let subject = ControlSubject(file: file, flags: flags, console: output.console)
            let configuration = try subject.configuration(for: verb)
            report.identifier = configuration.identifier
            try ControlSession(configuration, report).run()
        } catch {
            throw report.failure(error)
        }
    }

    /// What was given, by the keys of the file.
    var flags: [ControlFlag] {
        process.flags + readiness.flags + stopping.flags + commandFlags
    }

    private var commandFlags: [ControlFlag] {
        guard let word = command.first else { return [] }
        let name = ControlFlag.commandName
        if process.shell { return [.text("command", name, word), .text("shell", "--shell", "true")] }
        return [command.count == 1 ? .command("command", name, word) : .list("command", name, command)]
    }
}
