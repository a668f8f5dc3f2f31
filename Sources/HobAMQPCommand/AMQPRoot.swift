#if AMQP
import ArgumentParser
import HobAMQP
import HobPolicy
import HobProtocol

/// `hob-amqp`, which `hob amqp` becomes.
struct AMQPRoot: ParsableCommand {
    static let configuration = CommandConfiguration(
        // People type `hob amqp`; that is what usage lines and errors show.
        commandName: "hob",
        abstract: "Look after the messages that consumers have given up.",
        version: "hob \(HobVersion.current)",
        subcommands: [AMQP.self])

    /// Runs the command line and returns its exit code.
    static func execute(_ arguments: [String]) async -> Int32 {
        var arguments = moveBehindVerb(arguments)
        // `hob amqp help redrive`, as `hob help amqp redrive`.
        if arguments.starts(with: ["amqp", "help"]) { arguments = ["help", "amqp"] + arguments.dropFirst(2) }
        if let complaint = unknownVerb(arguments) {
            Terminal.complain("hob: \(complaint)")
            return CommandFailure.usage
        }
        do {
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return CommandFailure.done
        } catch let error as CommandFailure {
            if !error.message.isEmpty { Terminal.complain("hob: \(error.message)") }
            return error.exitStatus
        } catch {
            let code = exitCode(for: error)
            var text = fullMessage(for: error)
            if text.hasPrefix("Error: ") { text = "hob: " + text.dropFirst(7) }
            if !text.isEmpty {
                if code.isSuccess { Terminal.print(text) } else { Terminal.complain(text) }
            }
            return code.rawValue
        }
    }

    /// `hob -q amqp parked q` comes as `amqp -q parked q`: hob knows nothing of the second verb.
    static func moveBehindVerb(_ arguments: [String]) -> [String] {
        guard arguments.first == "amqp" else { return arguments }
        var moved: [String] = []
        var rest = arguments.dropFirst()
        while let word = rest.first {
            let count =
                switch word {
                case "-q", "--quiet": 1
                case "--color": 2
                default: word.hasPrefix("--color=") ? 1 : 0
                }
            guard count > 0 else { break }
            moved += rest.prefix(count)
            rest = rest.dropFirst(count)
        }
        return ["amqp"] + rest.prefix(1) + moved + rest.dropFirst()
    }

    /// What other tools call our verbs.
    private static let otherNames = [
        "list": "parked", "ls": "parked", "peek": "parked", "show": "parked", "look": "parked", "dead": "parked",
        "retry": "redrive", "replay": "redrive", "requeue": "redrive", "move": "redrive", "shovel": "redrive",
        "delete": "discard", "purge": "discard", "remove": "discard", "rm": "discard", "drop": "discard",
    ]

    private static func unknownVerb(_ words: [String]) -> String? {
        guard words.first == "amqp", words.count > 1, !words[1].hasPrefix("-"), words[1] != "help" else { return nil }
        let verbs = ["parked", "redrive", "discard"]
        guard !verbs.contains(words[1]) else { return nil }
        let meant = otherNames[words[1]] ?? Spelling.nearest(to: words[1], among: verbs)
        let suggestion = meant.map { "did you mean 'hob amqp \($0)'?" } ?? "'hob amqp --help' lists them"
        return "there is no verb 'amqp \(words[1])': \(suggestion)"
    }
}
#endif
