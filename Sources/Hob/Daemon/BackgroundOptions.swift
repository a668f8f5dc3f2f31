import ArgumentParser

/// In which environment a daemon runs, and where it is found in the background.
struct BackgroundOptions: ParsableArguments {
    @Option(
        name: [.customShort("e"), .long],
        help: ArgumentHelp(
            "development, test, production or one with a file of its own (or HOB_ENV).", valueName: "environment"))
    var environment: String?
    @Option(help: ArgumentHelp("The pid file.", valueName: "file")) var pidFile: String?
    @Option(help: ArgumentHelp("The log of a daemon in the background.", valueName: "file")) var logFile: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Override a key of the configuration; repeatable.", valueName: "key=value"))
    var overrides: [String] = []
    @Option(help: ArgumentHelp("Where base.yml is (default: config).", valueName: "directory")) var config: String?

    func place<D: Daemon>(for type: D.Type) -> DaemonPlace {
        DaemonPlace(name: D.daemonName, pidFile: pidFile, logFile: logFile)
    }
}
