import ArgumentParser
import Glibc
import HobSystem
import Logging
import Synchronization

/// Makes this process the daemon; never returns.
enum ForegroundDaemon {
    static func run<D: Daemon>(
        _ daemon: D, _ options: BackgroundOptions, _ flags: ProcessOptions, ownsPIDFile: Bool
    ) async throws -> Never {
        let control = try ControlThread()
        let startDirectory = AbsolutePath.of(".")
        let settings = try DaemonSettings.read(of: D.self, options, flags)
        let file = (options.logFile ?? Surroundings.variables["HOB_LOG_FILE"]).map(AbsolutePath.of)
        var logOptions = settings.logOptions(file: file, isForeground: ownsPIDFile)
        logOptions.makePathsAbsolute()
        let lock = try instanceLock(options, ownsPIDFile)
        try becomeWhatIsAskedFor(settings, logOptions, lock)
        let log = try openLog(D.daemonName, logOptions, isForeground: ownsPIDFile)
        log.bootstrap()
        let logger = log.logger()
        let times = ShutdownTimes(deadline: D.configuration.shutdownDeadline)
        let steps = ReloadSteps(toggleLevel: { log.toggleLevel() }, logDebug: { log.forceDebug() })
        steps.add("log") { log.reopen() }
        let process = DaemonProcess(
            control: control, log: log, logger: logger, shutdown: times, steps: steps,
            announcesReadiness: D.configuration.announcesReadiness)
        let configuration = settings.configuration
        let context = DaemonContext(
            logger: logger, configuration: configuration, startDirectory: startDirectory, process: process,
            shutdown: times)
        configuration.onWarning { logger.warning("\($0)") }
        let reread = ConfigurationStep(configuration, logger, control) { settings.apply($0, to: log) }
        steps.add("configuration") { try reread.run() }
        control.post { reread.follow(on: $0) }
        steps.add("reload") { try await daemon.reload(context) }
        if let lock { process.hooks.add("pid file") { lock.remove() } }
        try process.run { try await daemon.run(context) }
        // The control thread ends the process.
        while true { try? await Task.sleep(for: .seconds(86_400)) }
    }

    /// Another user, directory or umask, where the configuration says so.
    private static func becomeWhatIsAskedFor(
        _ settings: DaemonSettings, _ log: LogOptions, _ lock: InstanceLock?
    ) throws {
        let setup = try ProcessSetup(settings)
        do throws(SystemError) {
            try setup.handOver(log.files)
            if let account = setup.account { try lock?.handOver(toGroup: account.group) }
        } catch {
            StandardError.write(error.message)
            throw ExitCode(1)
        }
        try setup.enter()
        guard setup.account != nil else { return }
        // What this user may not read would be missed at the first reload, and then nobody looks.
        if case .refused(let error) = settings.configuration.reload() {
            StandardError.write(error.message)
            throw ExitCode(error.exitCode)
        }
    }

    private static func openLog(_ name: String, _ options: LogOptions, isForeground: Bool) throws -> DaemonLog {
        do throws(LogError) { return try DaemonLog(name: name, options) } catch {
            StandardError.write(error.message)
            throw ExitCode(1)
        }
    }

    private static func instanceLock(_ options: BackgroundOptions, _ ownsPIDFile: Bool) throws -> InstanceLock? {
        guard ownsPIDFile, let path = options.pidFile else { return nil }
        do throws(SystemError) { return try InstanceLock(AbsolutePath.of(path), writes: true) } catch {
            StandardError.write("\(error.message)")
            throw ExitCode(error.code == EEXIST ? 73 : 1)
        }
    }
}
