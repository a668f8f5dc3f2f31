import Glibc
import HobControllerCore
import HobPolicy
import HobSystem

/// A configuration, checked and made definite: absolute paths, compiled phrase, the plan for the decisions.
struct DaemonFacts: Sendable {
    /// Where the daemon's log lines can be found.
    enum Log: Sendable, Hashable {
        /// It has none that we know of.
        case none
        /// A standard stream, which the daemon inherits.
        case stream
        /// A file.
        case file(String)
    }

    /// With absolute paths.
    let configuration: DaemonController.Configuration
    let pidFile: PIDFile
    let lockPath: String
    let log: Log
    let phrase: RegularExpression?
    let plan: ControllerPlan

    init(_ asked: DaemonController.Configuration) throws(ControllerError) {
        var configuration = asked
        func refuse(_ message: String, _ cause: (any Error)? = nil) -> ControllerError {
            ControllerError(.badConfiguration, identifier: asked.identifier, message: message, cause: cause)
        }
        guard !asked.pidFile.isEmpty else { throw refuse("its pid file has no name") }
        if case .command(let command) = asked.startCommand, command.words.first?.isEmpty ?? true {
            throw refuse("its start command is empty")
        }
        let waits: [(String, Duration?)] = [
            ("start timeout", asked.startTimeout), ("stop timeout", asked.stopTimeout),
            ("start abort timeout", asked.startAbortTimeout), ("ping interval", asked.pingInterval),
            ("log inactivity timeout", asked.logInactivityTimeout),
        ]
        for case (let name, let wait?) in waits where wait < .zero {
            throw refuse("its \(name) is negative: \(wait.brief)")
        }
        for signal in [asked.stopSignal] + (asked.stopSequence?.steps.map(\.signal) ?? []) {
            guard SignalNumber.all.contains(signal) else { throw refuse("\(signal) is no signal: 1 to 64 are") }
        }
        configuration.pidFile = Self.absolute(asked.pidFile)
        lockPath = Self.absolute(asked.lockFile ?? asked.pidFile + ".lock")
        configuration.lockFile = lockPath
        configuration.directory = asked.directory.map(Self.absolute)
        log = asked.logFile.map(Self.log) ?? .none
        if case .file(let path) = log { configuration.logFile = path }
        pidFile = PIDFile(configuration.pidFile)
        do throws(SystemError) {
            phrase = try asked.readyPhrase.map { text throws(SystemError) in try RegularExpression(text) }
        } catch {
            throw refuse("its ready phrase \(error.message)", error)
        }
        plan = Self.plan(configuration, hasLog: log != .none && log != .stream)
        self.configuration = configuration
    }

    private static func plan(_ configuration: DaemonController.Configuration, hasLog: Bool) -> ControllerPlan {
        var plan = ControllerPlan()
        plan.startTimeout = configuration.startTimeout
        plan.startAbortTimeout = configuration.startAbortTimeout
        plan.stopTimeout = configuration.stopTimeout
        plan.logInactivityTimeout = hasLog ? configuration.logInactivityTimeout : nil
        plan.stopSequence =
            configuration.stopSequence
            ?? StopSequence(steps: [.init(signal: configuration.stopSignal, patience: configuration.stopTimeout)])
        if let ladder = configuration.stopSequence { plan.stopTimeout = max(plan.stopTimeout, ladder.totalPatience) }
        plan.daemonizes = configuration.daemonizes
        plan.awaited = configuration.daemonizes ? [] : .pidFile
        if configuration.ping != nil { plan.awaited.insert(.ping) }
        if configuration.awaitsNotification { plan.awaited.insert(.notification) }
        if configuration.readyPhrase != nil { plan.awaited.insert(.phrase) }
        plan.hasStopCommand = configuration.stopCommand != nil
        plan.hasRestartCommand = configuration.restartCommand != nil
        plan.leavesAloneIfPIDFileInvalid = configuration.leavesAloneIfPIDFileInvalid
        return plan
    }

    /// What went wrong outside the daemon, as an error of this controller.
    func explaining<Answer>(
        _ code: ControllerError.Code, _ body: () throws(SystemError) -> Answer
    ) throws(ControllerError) -> Answer {
        do throws(SystemError) { return try body() } catch {
            throw ControllerError(code, identifier: configuration.identifier, message: error.message, cause: error)
        }
    }

    private static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let current = getcwd(nil, 0) else { return path }
        defer { free(current) }
        return String(cString: current) + "/" + path
    }

    private static func log(_ path: String) -> Log {
        let path = absolute(path)
        // A link to a standard stream is one, too: containers link their logs so.
        var places = [path]
        if let end = realpath(path, nil) {
            places.append(String(cString: end))
            free(end)
        }
        var link = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &link, link.count - 1)
        if count > 0 { places.append(String(decoding: link[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)) }
        let isStream = places.contains { place in
            ["/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/null"].contains(place) || place.hasPrefix("/dev/fd/")
                || place.hasPrefix("/proc/self/fd/") || place.hasPrefix("/dev/pts/")
        }
        return isStream ? .stream : .file(path)
    }
}
