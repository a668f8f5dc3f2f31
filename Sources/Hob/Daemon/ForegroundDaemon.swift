import ArgumentParser
import Glibc
import HobController
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
    /// Where the lines go that the starter of a daemon in the background shows when the start fails.
    private let startersFile: String?

    /// Reads the configuration, takes the pid file and becomes whom the configuration says.
    ///
    /// - Parameter ownsPIDFile: whether nobody else has written the pid file: nobody has started it in the background.
    /// - Throws: `ExitCode`, after a sentence on standard error.
    init(_ daemon: D, _ options: BackgroundOptions, _ flags: ProcessOptions, ownsPIDFile: Bool) throws {
        self.daemon = daemon
        // Whatever is sent from now on is heard.
        control = try ControlThread()
        startDirectory = AbsolutePath.of(".")
        settings = try DaemonSettings.read(of: D.self, options, flags)
        let file = options.logFile ?? Surroundings.variables["HOB_LOG_FILE"]
        // It is ours: a daemon that this one starts has a log of its own.
        unsetenv("HOB_LOG_FILE")
        var logOptions = settings.logOptions(file: file, isForeground: ownsPIDFile)
        logOptions.makePathsAbsolute()
        startersFile = ownsPIDFile ? nil : file.map(AbsolutePath.of)
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
        let startLog = try startLog()
        let log = try openLog(besides: startLog.map { [$0] } ?? [])
        log.bootstrap()
        let logger = log.logger()
        let times = ShutdownTimes(deadline: D.configuration.shutdownDeadline)
        let steps = ReloadSteps(toggleLevel: { log.toggleLevel() }, logDebug: { log.forceDebug() })
        steps.add("log") { log.reopen() }
        let process = DaemonProcess(
            control: control, log: log, logger: logger, shutdown: times, steps: steps,
            announcesReadiness: D.configuration.announcesReadiness, readySteps: { startLog?.close() })
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

    /// In the background somebody waits for the start, and looks at standard error when it fails: what is logged until
    /// then goes there, also when the log itself goes elsewhere.
    private func startLog() throws -> StartLog? {
        guard let startersFile, !logOptions.files.contains(startersFile) else { return nil }
        return try logErrors { () throws(LogError) in try StartLog(daemon: D.daemonName) }
    }

    private func openLog(besides others: [any LogSink]) throws -> DaemonLog {
        try logErrors { () throws(LogError) in try DaemonLog(name: D.daemonName, logOptions, besides: others) }
    }

    private func logErrors<Value>(_ body: () throws(LogError) -> Value) throws -> Value {
        do throws(LogError) { return try body() } catch {
            StandardError.write(error.message)
            throw ExitCode(1)
        }
    }

    private static func instanceLock(_ options: BackgroundOptions, _ ownsPIDFile: Bool) throws -> InstanceLock? {
        guard ownsPIDFile, let path = options.pidFile else { return nil }
        // One in the background holds no lock: its pid file was written for it.
        if let pid = try? BackgroundDaemon.controller(of: D.self, options).pid() {
            StandardError.write("it is already running (pid \(pid)): \(path) names it")
            throw ExitCode(73)
        }
        do throws(SystemError) { return try InstanceLock(AbsolutePath.of(path), writes: true) } catch {
            StandardError.write("\(error.message)")
            throw ExitCode(error.code == EEXIST ? 73 : 1)
        }
    }
}
