import ArgumentParser

/// The root of a daemon's command line.
struct DaemonCommand<D: Daemon>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let about = D.configuration
        return CommandConfiguration(
            commandName: D.daemonName, abstract: about.abstract,
            // A first-time user asks the root for help and wants to see the daemon's own options.
            discussion: RunCommand<D>.helpMessage(columns: 80), version: about.version,
            subcommands: [
                RunCommand<D>.self, StartCommand<D>.self, StopCommand<D>.self, RestartCommand<D>.self,
                ReloadCommand<D>.self, StatusCommand<D>.self, LogsCommand<D>.self,
                ConfigCommand<D>.self, VersionCommand<D>.self,
            ] + about.commands,
            defaultSubcommand: RunCommand<D>.self)
    }
}

/// `version`: name and version on one line.
struct VersionCommand<D: Daemon>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "version", abstract: "Print the version.")
    }

    func run() async throws { print("\(D.daemonName) \(D.configuration.version)") }
}
