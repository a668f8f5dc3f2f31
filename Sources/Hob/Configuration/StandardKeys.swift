import HobController
import HobPolicy
import Logging

/// The keys that every daemon has besides its own: `daemon.…` for its process and `log.…` for its log.
///
/// The first group is what it becomes before it does anything, so a change of those waits for a restart.
struct StandardKeys: Sendable {
    /// Whom root becomes: a name or a number.
    let user: ConfigKey<String?>
    /// The group, when it is not the user's own.
    let group: ConfigKey<String?>
    /// Where it goes.
    let directory: ConfigKey<String?>
    /// What its new files are not to allow.
    let umask: ConfigKey<FileModeMask?>
    /// From which level on lines are written.
    let logLevel: ConfigKey<Logger.Level>
    /// How they look.
    let logFormat: ConfigKey<LogFormat.Style>
    /// Whether they name the place in the source.
    let logCaller: ConfigKey<Bool>
    /// Where they go; empty: standard output, in the background the log file.
    let logDestinations: ConfigKey<[String]>
    /// The program that is told of errors, with its arguments.
    let reportCommand: ConfigKey<[String]>
    /// The URL that is told of errors.
    let reportWebhook: ConfigKey<String?>
    /// From which level on.
    let reportLevel: ConfigKey<Logger.Level>
    /// How many reports there are at most.
    let reportLimit: ConfigKey<RateLimit>

    /// The keys of a daemon that says this about itself; what it does not say is the default of every daemon.
    init(_ about: DaemonConfiguration, in environment: DaemonEnvironment) {
        user = ConfigKey(
            "daemon.user", default: about.user, help: "whom root becomes before it runs", check: Self.name)
        group = ConfigKey(
            "daemon.group", default: about.group, help: "its group, when not the user's own", check: Self.name)
        directory = ConfigKey("daemon.directory", default: about.directory, help: "where it goes before it runs") {
            $0 == "" ? "the path of a directory" : nil
        }
        umask = ConfigKey(
            "daemon.umask", default: about.umask.map(FileModeMask.init(bits:)), help: "what new files do not allow")
        logLevel = ConfigKey(
            "log.level", default: LogOptions.level(inEnvironment: environment.rawValue), reloads: true,
            help: "from which level on lines are written")
        logFormat = ConfigKey("log.format", default: .text, reloads: true, help: "how lines look")
        logCaller = ConfigKey(
            "log.caller", default: false, reloads: true, help: "whether lines name their place in the source")
        logDestinations = ConfigKey(
            "log.to", default: [], help: "stdout, stderr, syslog, journal, paths of files",
            check: LogDestination.refusal)
        reportCommand = ConfigKey("log.reports.command", default: [], help: "the program that is told of errors") {
            $0.first == "" ? "a program and its arguments" : nil
        }
        reportWebhook = ConfigKey("log.reports.webhook", default: nil, help: "the URL that is told of errors") { url in
            guard let url, HTTPAddress(url) == nil else { return nil }
            return "an http:// URL (for https let 'log.reports.command' be [curl, -sf, --json, \"@-\", URL])"
        }
        reportLevel = ConfigKey("log.reports.level", default: .error, help: "from which level on errors are reported")
        reportLimit = ConfigKey(
            "log.reports.limit", default: RateLimit(count: 10, window: .seconds(60)), help: "how many reports at most")
    }

    /// In the order in which `config` lists them.
    var all: [any ConfigurationKey] {
        [
            user, group, directory, umask, logLevel, logFormat, logCaller, logDestinations, reportCommand,
            reportWebhook, reportLevel, reportLimit,
        ]
    }

    private static func name(_ text: String?) -> String? { text == "" ? "a name or a number" : nil }
}
