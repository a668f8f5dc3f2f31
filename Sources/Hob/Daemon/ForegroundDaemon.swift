import ArgumentParser
import Glibc
import HobSystem
import Logging

/// This process as the daemon: what it needs is made ready by the initializer, then ``run()`` never returns.
struct ForegroundDaemon<D: Daemon>: Sendable {
    private let daemon: D
    private let control: ControlThread
    private let settings: DaemonSettings
    private let logOptions: LogOptions
    private let lock: InstanceLock?
    private let startDirectory: String
    private let isForeground: Bool

    /// Reads the configuration, takes the pid file and becomes whom the configuration says.
    ///
    /// - Parameter ownsPIDFile: whether nobody else has written the pid file: nobody has started it in the background.
    /// - Throws: `ExitCode`, after a sentence on standard error.
    init(_ daemon: D, _ options: BackgroundOptions, _ flags: ProcessOptions, ownsPIDFile: Bool) throws {
        self.daemon = daemon
        isForeground = ownsPIDFile
        // Whatever is sent from now on is heard.
        control = try ControlThread()
        startDirectory = AbsolutePath.of(".")
        settings = try DaemonSettings.read(of: D.self, options, flags)
        let file = options.logFile ?? Surroundings.variables["HOB_LOG_FILE"]
        var logOptions = settings.logOptions(file: file, isForeground: ownsPIDFile)
        logOptions.makePathsAbsolute()
        self.logOptions = logOptions
        let setup = try ProcessSetup(settings)
        lock = try Self.instanceLock(options, ownsPIDFile)
        do throws(SystemError) {
            try setup.handOver(logOptions.files)
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

    /// Runs the daemon; the control thread ends the process.
    func run() async throws -> Never {
        let log = try openLog()
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
        let reread = ConfigurationStep(configuration, logger, control) { [settings] in settings.apply($0, to: log) }
        steps.add("configuration") { try reread.run() }
        control.post { reread.follow(on: $0) }
        steps.add("reload") { [daemon] in try await daemon.reload(context) }
        if let lock { process.hooks.add("pid file") { lock.remove() } }
        try process.run { [daemon] in try await daemon.run(context) }
        while true { try? await Task.sleep(for: .seconds(86_400)) }
    }

    private func openLog() throws -> DaemonLog {
        do throws(LogError) { return try DaemonLog(name: D.daemonName, logOptions) } catch {
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
