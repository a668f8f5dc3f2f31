import ArgumentParser
import Glibc
import HobClient
import HobPolicy
import HobProtocol
import HobSystem

/// The `hob` command.
struct HobRoot: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hob",
        abstract: "Keep daemons alive: start them in order, watch them, read and stop them.",
        discussion: """
            hob works on the project of the nearest hob.yml. These options go before or \
            after any verb:
              -f, --file FILE        another file than hob.yml
              -C, --directory DIR    look for hob.yml in DIR and above it
              --system               the system's services (/etc/hob/*.yml)
              --color WHEN           always, never or auto
              -q, --quiet            nothing but results and errors

            Write a hob.yml, then:
              $ hob check
              $ hob up -d
              $ hob status

            Exit codes: 0 done; 1 a service or operation failed; 2 timed out; 64 usage; \
            69 no supervisor is running; 73 already started; 77 not permitted; 78 bad configuration. \
            'hob status NAME' follows the LSB: 0 running, 3 stopped, 4 unknown.
            """,
        version: "hob \(HobVersion.current)",
        groupedSubcommands: [
            CommandGroup(name: "Projects", subcommands: [Up.self, Down.self, Check.self, Plan.self]),
            CommandGroup(
                name: "Services",
                subcommands: [
                    Start.self, Stop.self, Restart.self, Reload.self, Ensure.self, Scale.self, SendSignal.self,
                ]),
            CommandGroup(name: "Daemons", subcommands: [Control.self, New.self, Destroy.self]),
            CommandGroup(name: "Messages", subcommands: [AMQP.self]),
            CommandGroup(name: "Looking", subcommands: [Status.self, Logs.self, Why.self, Events.self]),
            CommandGroup(
                name: "More", subcommands: [Supervise.self, Upgrade.self, Resume.self, Version.self, Completions.self]),
        ])

    /// Runs the command line and returns its exit code.
    static func execute(_ arguments: [String]) -> Int32 {
        var words = GlobalOptions.moveBehindVerb(arguments)
        // 'hob help amqp parked', as that program's own help says it: only that program knows its verbs.
        if words.first == "help", words.count > 2, words[1] == "amqp" { words = words.dropFirst() + ["--help"] }
        if let complaint = unknownVerb(words) {
            Console.writeError("hob: \(complaint)\n")
            return ExitStatus.usage
        }
        do {
            var command = try parseAsRoot(words)
            try command.run()
            return ExitStatus.done
        } catch let error as CommandFailure {
            if !error.message.isEmpty { Console.writeError("hob: \(error.message)\n") }
            return error.exitStatus
        } catch let error as ClientError {
            Console.writeError("hob: \(error.message)\n")
            return ExitStatus.of(error)
        } catch let error as SystemError {
            Console.writeError("hob: \(error.message)\n")
            return error.code == EACCES || error.code == EPERM ? ExitStatus.notPermitted : ExitStatus.failed
        } catch let error as Failure {
            Console.writeError("hob: \(error.message)\n")
            return ExitStatus.of(error)
        } catch {
            // Help, version, usage and completion scripts: the library knows the text and the stream for each.
            let code = exitCode(for: error)
            var text = fullMessage(for: error)
            if text.hasPrefix("Error: ") { text = "hob: " + text.dropFirst(7) }
            if !text.isEmpty {
                if code.isSuccess { Console.writeOutput(text + "\n") } else { Console.writeError(text + "\n") }
            }
            return code.rawValue
        }
    }

    /// The names of all verbs.
    static var verbs: [String] {
        var names: [String] = []
        // A key path to a member of a metatype crashes the compiler here.
        for group in configuration.groupedSubcommands { names += group.subcommands.map { $0._commandName } }
        return names
    }

    /// What other tools of this kind call our verbs.
    private static let otherNames = [
        "ps": "status", "ls": "status", "list": "status", "top": "status", "show": "status",
        "run": "start", "create": "up", "generate": "new", "init": "new", "rm": "down", "shutdown": "down",
        "quit": "down",
        "kill": "signal", "config": "check", "validate": "check", "diff": "plan", "apply": "up",
        "tail": "logs", "journal": "logs", "watch": "events", "explain": "why", "update": "up", "daemon": "supervise",
    ]

    private static func unknownVerb(_ words: [String]) -> String? {
        guard let verb = words.first, !verb.hasPrefix("-"), verb != "help" else { return nil }
        guard !verbs.contains(verb) else { return nil }
        let meant = otherNames[verb] ?? Spelling.nearest(to: verb, among: verbs)
        let suggestion = meant.map { "did you mean '\($0)'?" }
        return "there is no verb '\(verb)': \(suggestion ?? "'hob --help' lists them")"
    }
}
