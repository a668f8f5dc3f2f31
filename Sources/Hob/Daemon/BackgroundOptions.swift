import ArgumentParser

/// In which environment a daemon runs, and where it is found in the background.
struct BackgroundOptions: ParsableArguments {
    @Option(
        name: [.customShort("e"), .long],
        help: ArgumentHelp("development, test or production (or HOB_ENV).", valueName: "environment"))
    var environment: String?
    @Option(help: ArgumentHelp("The pid file.", valueName: "file")) var pidFile: String?
    @Option(help: ArgumentHelp("The log of a daemon in the background.", valueName: "file")) var logFile: String?

    func place<D: Daemon>(for type: D.Type) -> DaemonPlace {
        DaemonPlace(name: D.daemonName, pidFile: pidFile, logFile: logFile)
    }
}
