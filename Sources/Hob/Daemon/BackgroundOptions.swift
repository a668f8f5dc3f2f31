import ArgumentParser

/// Where a daemon in the background is found.
struct BackgroundOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The pid file.", valueName: "file")) var pidFile: String?
    @Option(help: ArgumentHelp("The log of a daemon in the background.", valueName: "file")) var logFile: String?

    func place<D: Daemon>(for type: D.Type) -> DaemonPlace {
        DaemonPlace(name: D.daemonName, pidFile: pidFile, logFile: logFile)
    }
}
