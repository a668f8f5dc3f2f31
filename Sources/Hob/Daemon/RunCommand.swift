import ArgumentParser

/// `run`: the process becomes the daemon.
struct RunCommand<D: Daemon>: AsyncParsableCommand, ForegroundCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "run", abstract: "Run in the foreground (the default).")
    }

    @OptionGroup(title: "Options of this daemon") var daemon: D
    @OptionGroup(title: "Common options") var background: BackgroundOptions
    @OptionGroup(title: "Its process and log") var process: ProcessOptions
    /// Set by `start`, which writes the pid file itself.
    @Flag(help: .hidden) var ownPidFile = false

    func prepared() throws -> (@Sendable () async throws -> Never)? {
        let foreground = try ForegroundDaemon(daemon, background, process, ownsPIDFile: !ownPidFile)
        return { try await foreground.run() }
    }

    func run() async throws { try await prepared()?() }
}
