import ArgumentParser
import Glibc
import HobSystem
import Logging
import Synchronization

/// Makes this process the daemon; never returns.
enum ForegroundDaemon {
    static func run<D: Daemon>(_ daemon: D, _ options: BackgroundOptions, ownsPIDFile: Bool) async throws -> Never {
        let control = try ControlThread()
        let log = try DaemonLog(name: D.daemonName, logOptions(options, isForeground: ownsPIDFile))
        log.bootstrap()
        let logger = log.logger()
        let lock = try instanceLock(options, ownsPIDFile)
        let times = ShutdownTimes(deadline: D.configuration.shutdownDeadline)
        let steps = ReloadSteps(toggleLevel: { log.toggleLevel() }, logDebug: { log.forceDebug() })
        steps.add("log") { log.reopen() }
        let process = DaemonProcess(
            control: control, log: log, logger: logger, shutdown: times, steps: steps,
            announcesReadiness: D.configuration.announcesReadiness)
        let context = DaemonContext(logger: logger, process: process, shutdown: times)
        steps.add("reload") { try await daemon.reload(context) }
        if let lock { process.hooks.add("pid file") { lock.remove() } }
        try process.run { try await daemon.run(context) }
        // The control thread ends the process.
        while true { try? await Task.sleep(for: .seconds(86_400)) }
    }

    /// In the foreground lines go to stdout, and into a file if one is named; in the background into the file alone.
    private static func logOptions(_ options: BackgroundOptions, isForeground: Bool) -> LogOptions {
        let environment = options.environment ?? variable("HOB_ENV") ?? "development"
        let file = (options.logFile ?? variable("HOB_LOG_FILE")).map { LogDestination.file($0) }
        return LogOptions(
            level: LogOptions.level(inEnvironment: environment),
            destinations: file.map { [$0] } ?? [.standardOutput()], copiesToStandardOutput: isForeground)
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    private static func instanceLock(_ options: BackgroundOptions, _ ownsPIDFile: Bool) throws -> InstanceLock? {
        guard ownsPIDFile, let path = options.pidFile else { return nil }
        do throws(SystemError) { return try InstanceLock(path, writes: true) } catch {
            StandardError.write("\(error.message)")
            throw ExitCode(error.code == EEXIST ? 73 : 1)
        }
    }
}
