import ArgumentParser
import Logging

/// A daemon's configuration with the keys that every daemon has.
struct DaemonSettings: Sendable {
    /// All values.
    let configuration: LiveConfiguration
    /// Hob's own keys among them.
    let keys: StandardKeys

    /// Reads the configuration of a daemon.
    ///
    /// - Throws: Everything that is wrong with it.
    init<D: Daemon>(
        of type: D.Type, _ options: BackgroundOptions, _ process: ProcessOptions
    ) throws(ConfigurationError) {
        let variables = Surroundings.variables
        let environment = try DaemonEnvironment.chosen(
            flag: options.environment, variables: variables,
            others: ConfigurationSources.environments(in: options.config),
            directory: options.config ?? ConfigurationSources.defaultDirectory)
        keys = StandardKeys(D.configuration, in: environment.environment)
        var sources = ConfigurationSources(
            keys: D.keys + keys.all, daemon: D.daemonName, environment: environment, directory: options.config,
            overrides: options.overrides, variables: variables)
        sources.flags = process.flags
        configuration = try LiveConfiguration(sources)
        try checkReports()
    }

    /// The same; what is wrong is told, and ends the command.
    static func read<D: Daemon>(
        of type: D.Type, _ options: BackgroundOptions, _ process: ProcessOptions
    ) throws -> DaemonSettings {
        do throws(ConfigurationError) { return try DaemonSettings(of: type, options, process) } catch {
            StandardError.write(error.message)
            throw ExitCode(error.exitCode)
        }
    }

    /// The value of a key now.
    subscript<Value>(key: ConfigKey<Value>) -> Value { configuration[key] }

    /// How the daemon logs.
    ///
    /// - Parameters:
    ///   - file: the log file that was asked for.
    ///   - isForeground: whether somebody may look at standard output.
    func logOptions(file: String?, isForeground: Bool) -> LogOptions {
        let named = self[keys.logDestinations].map { LogDestination(parsing: $0) }
        var destinations = named
        if let file {
            // In the background the standard streams lead into the file, which is opened anew at HUP and they are not.
            if !isForeground { destinations.removeAll { $0.isStandardStream } }
            if isForeground || destinations.count < max(1, named.count) { destinations.append(.file(file)) }
        }
        var options = LogOptions(
            level: self[keys.logLevel], format: LogFormat(self[keys.logFormat], showsCaller: self[keys.logCaller]),
            destinations: destinations.isEmpty ? [.standardOutput()] : destinations,
            // A supervisor would have each line twice.
            copiesToStandardOutput: isForeground && !(Surroundings.isSupervised && !named.isEmpty))
        options.errorReport = errorReport
        return options
    }

    /// Puts what has changed into effect.
    func apply(_ change: ConfigurationChange, to log: DaemonLog) {
        if change.contains(keys.logLevel) { log.levels.level = change.snapshot[keys.logLevel] }
        if change.contains(keys.logFormat) || change.contains(keys.logCaller) {
            log.formats.format = LogFormat(
                change.snapshot[keys.logFormat], showsCaller: change.snapshot[keys.logCaller])
        }
    }

    private var errorReport: ErrorReport? {
        let command = self[keys.reportCommand]
        let receiver = command.isEmpty ? self[keys.reportWebhook].map(ErrorReport.Receiver.webhook) : .command(command)
        return receiver.map { ErrorReport(to: $0, level: self[keys.reportLevel], limit: self[keys.reportLimit]) }
    }

    private func checkReports() throws(ConfigurationError) {
        guard !self[keys.reportCommand].isEmpty, self[keys.reportWebhook] != nil else { return }
        let snapshot = configuration.snapshot
        throw ConfigurationError([
            ConfigurationDiagnostic(
                snapshot.origin(of: keys.reportWebhook),
                "'log.reports.webhook' and 'log.reports.command' (\(snapshot.origin(of: keys.reportCommand))) "
                    + "are both set",
                suggestion: "keep one of them")
        ])
    }
}
