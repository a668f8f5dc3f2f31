import ArgumentParser

/// The root of a daemon's command line.
struct DaemonCommand<D: Daemon>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let about = D.configuration
        return CommandConfiguration(
            commandName: D.daemonName, abstract: about.abstract, discussion: discussion, version: about.version,
            subcommands: [
                RunCommand<D>.self, StartCommand<D>.self, StopCommand<D>.self, RestartCommand<D>.self,
                ReloadCommand<D>.self, StatusCommand<D>.self, LogsCommand<D>.self,
                ConfigCommand<D>.self, VersionCommand<D>.self,
            ] + about.commands,
            defaultSubcommand: RunCommand<D>.self)
    }

    /// Examples, and the options of `run`: a first-time user asks the root for help and wants to see the daemon's own.
    private static var discussion: String {
        let name = D.daemonName
        let sections = RunCommand<D>.helpMessage(columns: 80).split(separator: "\n\n").filter { section in
            !["OVERVIEW:", "USAGE:", "OPTIONS:"].contains { section.hasPrefix($0) }
        }
        return """
            Examples:
              \(name)                in the foreground; Ctrl-C ends it
              \(name) start          in the background; returns when it is ready
              \(name) status && \(name) logs -f
              \(name) stop

            A command comes before its options, and these are known to run, start and restart:

            \(sections.joined(separator: "\n\n"))
            """
    }
}

/// `version`: name and version on one line.
struct VersionCommand<D: Daemon>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "version", abstract: "Print the version.")
    }

    func run() async throws { print("\(D.daemonName) \(D.configuration.version)") }
}
