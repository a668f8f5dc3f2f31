import ArgumentParser

/// `config`: the effective values, and where each comes from.
struct ConfigCommand<D: Daemon>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "config", abstract: "Print the effective configuration and where each value comes from.")
    }

    @OptionGroup var background: BackgroundOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let configuration = try ForegroundDaemon.configuration(of: D.self, background)
        let report = ConfigurationReport(snapshot: configuration.snapshot)
        print(json ? report.json : report.text)
    }
}
