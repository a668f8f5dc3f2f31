import ArgumentParser

/// `config`: the effective values, and where each comes from.
struct ConfigCommand<D: Daemon>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "config", abstract: "Print the effective configuration and where each value comes from.")
    }

    @OptionGroup var background: BackgroundOptions
    @OptionGroup(title: "Its process and log") var process: ProcessOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let configuration = try DaemonSettings.read(of: D.self, background, process).configuration
        let report = ConfigurationReport(snapshot: configuration.snapshot)
        print(json ? report.json : report.text, terminator: "")
    }
}
