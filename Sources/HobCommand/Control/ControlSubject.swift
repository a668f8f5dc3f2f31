import Glibc
import HobConfig
import HobController
import HobPolicy
import HobSystem

/// The daemon that a command line is about: its file, with the flags over it.
struct ControlSubject {
    let file: String?
    let flags: [ControlFlag]
    let console: Console

    /// The configuration for a verb; throws with everything that is wrong, and the exit code for it.
    func configuration(for verb: ControlVerb) throws -> DaemonController.Configuration {
        let settings = try load()
        guard let pidFile = settings.pidFile else { throw missing("pid file", "--pid-file FILE", "pid_file:") }
        if verb.starts, settings.command == nil { throw missing("command", "-- COMMAND", "command:") }
        if verb.starts { try checkDescriptors(settings.keptDescriptors ?? []) }
        return Self.configuration(settings, pidFile: pidFile)
    }

    private func load() throws -> ControlSettings {
        let environment = ProcessEnvironment.current
        let given = ControlLoad.flags(flags, directory: Self.currentDirectory, environment: environment)
        guard given.errors.isEmpty else {
            let lines = given.errors.map { StatusTable.printable($0.text) }
            throw CommandFailure(ExitStatus.usage, lines.joined(separator: "\nhob: "))
        }
        for warning in given.warnings { console.note("hob: warning: " + StatusTable.printable(warning.text)) }
        guard let file else { return given.settings }
        let written = ControlLoad.file(file, environment: environment)
        guard written.errors.isEmpty else { throw DiagnosticsFailure(diagnostics: written.errors) }
        console.warn(written.warnings)
        return given.settings.laid(over: written.settings)
    }

    private func missing(_ what: String, _ flag: String, _ key: String) -> CommandFailure {
        guard let file else {
            return CommandFailure(ExitStatus.usage, "no \(what) is given: write \(flag), or name a file with -f")
        }
        return CommandFailure(ExitStatus.badConfiguration, "\(file) names no \(what): write '\(key)' in it, or \(flag)")
    }

    private func checkDescriptors(_ descriptors: [Int32]) throws {
        for descriptor in descriptors where fcntl(descriptor, F_GETFD) < 0 {
            throw CommandFailure(
                ExitStatus.usage,
                "descriptor \(descriptor), which the daemon shall keep, is not open: open it, as in \(descriptor)<FILE")
        }
    }

    private static var currentDirectory: String {
        guard let current = getcwd(nil, 0) else { return "/" }
        defer { free(current) }
        return String(cString: current)
    }

    private static func name(of pidFile: String) -> String {
        let name = pidFile.split(separator: "/").last.map(String.init) ?? pidFile
        return name.hasSuffix(".pid") && name != ".pid" ? String(name.dropLast(4)) : name
    }

    /// The settings as the library has them; what they do not say keeps its default.
    static func configuration(_ settings: ControlSettings, pidFile: String) -> DaemonController.Configuration {
        var result = DaemonController.Configuration(
            identifier: settings.identifier ?? name(of: pidFile), pidFile: pidFile,
            startCommand: settings.command.map { .command(Command($0)) } ?? .make { throw CancellationError() },
            ping: settings.ping.map(Ping.init))
        result.logFile = settings.logFile
        result.lockFile = settings.lockFile
        result.stopCommand = settings.stopCommand.map(Command.init)
        result.restartCommand = settings.restartCommand.map(Command.init)
        result.beforeStartCommand = settings.beforeStart.map(Command.init)
        result.startTimeout = settings.startTimeout ?? result.startTimeout
        result.startAbortTimeout = settings.startAbortTimeout ?? result.startAbortTimeout
        result.stopTimeout = settings.stopTimeout ?? result.stopTimeout
        result.pingInterval = settings.pingInterval ?? result.pingInterval
        switch settings.logInactivityTimeout {
        case .off: result.logInactivityTimeout = nil
        case .after(let limit): result.logInactivityTimeout = limit
        case nil: break
        }
        switch settings.stop {
        case .signal(let signal): result.stopSignal = signal
        case .sequence(let ladder): result.stopSequence = ladder
        case nil: break
        }
        result.leavesAloneIfPIDFileInvalid = settings.ignoresInvalidPIDFile ?? false
        result.daemonizes = settings.daemonizes ?? false
        result.awaitsNotification = settings.awaitsNotification ?? false
        result.readyPhrase = settings.readyPhrase
        result.keptDescriptors = settings.keptDescriptors ?? []
        result.environment = settings.environment
        result.directory = settings.directory
        result.umask = settings.umask
        return result
    }
}

extension Command {
    fileprivate init(_ command: ControlSettings.Command) {
        switch command {
        case .words(let words): self = .words(words)
        case .shell(let line): self = .shell(line)
        }
    }
}

extension Ping {
    fileprivate init(_ ping: ControlSettings.Ping) {
        switch ping {
        case .tcp(let host, let port): self = .tcp(host: host, port: port)
        case .unix(let path): self = .unix(path: path)
        case .http(let url): self = .http(url: url)
        case .command(let command): self = .command(Command(command))
        }
    }
}
