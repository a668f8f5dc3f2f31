import ArgumentParser
import Glibc
import HobSystem
import Logging
import Synchronization

/// Makes this process the daemon; never returns.
enum ForegroundDaemon {
    static func run<D: Daemon>(_ daemon: D, _ options: BackgroundOptions, ownsPIDFile: Bool) async throws -> Never {
        let control = try ControlThread()
        let configuration = try Self.configuration(of: D.self, options)
        let log = try DaemonLog(name: D.daemonName, logOptions(options, configuration, isForeground: ownsPIDFile))
        log.bootstrap()
        let logger = log.logger()
        let lock = try instanceLock(options, ownsPIDFile)
        let times = ShutdownTimes(deadline: D.configuration.shutdownDeadline)
        let steps = ReloadSteps(toggleLevel: { log.toggleLevel() }, logDebug: { log.forceDebug() })
        steps.add("log") { log.reopen() }
        let process = DaemonProcess(
            control: control, log: log, logger: logger, shutdown: times, steps: steps,
            announcesReadiness: D.configuration.announcesReadiness)
        let context = DaemonContext(logger: logger, configuration: configuration, process: process, shutdown: times)
        configuration.onWarning { logger.warning("\($0)") }
        let reread = ConfigurationStep(configuration, logger)
        steps.add("configuration") { try reread.run() }
        control.post { reread.follow(on: $0) }
        steps.add("reload") { try await daemon.reload(context) }
        if let lock { process.hooks.add("pid file") { lock.remove() } }
        try process.run { try await daemon.run(context) }
        // The control thread ends the process.
        while true { try? await Task.sleep(for: .seconds(86_400)) }
    }

    /// In the foreground lines go to stdout, and into a file if one is named; in the background into the file alone.
    private static func logOptions(
        _ options: BackgroundOptions, _ configuration: LiveConfiguration, isForeground: Bool
    ) -> LogOptions {
        let environment = configuration.sources.environment.rawValue
        let file = (options.logFile ?? variable("HOB_LOG_FILE")).map { LogDestination.file($0) }
        return LogOptions(
            level: LogOptions.level(inEnvironment: environment),
            destinations: file.map { [$0] } ?? [.standardOutput()], copiesToStandardOutput: isForeground)
    }

    /// The configuration; what is wrong with it ends the process, with everything that is.
    static func configuration<D: Daemon>(of type: D.Type, _ options: BackgroundOptions) throws -> LiveConfiguration {
        do throws(ConfigurationError) { return try options.configuration(of: type) } catch {
            StandardError.write(error.message)
            throw ExitCode(error.code == .usage ? 64 : 78)
        }
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
