package import HobPolicy

/// What a file or the flags of `hob control` say of one daemon; nil where they say nothing.
package struct ControlSettings: Hashable, Sendable {
    /// A program to run.
    package enum Command: Hashable, Sendable {
        /// The program and its arguments.
        case words([String])
        /// A line for `/bin/sh -c`.
        case shell(String)
    }

    /// How to find out whether the daemon can be used.
    package enum Ping: Hashable, Sendable {
        /// A TCP connection is accepted.
        case tcp(host: String, port: UInt16)
        /// The Unix socket at this absolute path accepts a connection.
        case unix(String)
        /// The `http://` URL is answered well.
        case http(String)
        /// The command exits with 0.
        case command(Command)
    }

    /// How the daemon is asked to end.
    package enum Stop: Hashable, Sendable {
        /// One signal; the stop timeout says how long it is waited for.
        case signal(Int32)
        /// A ladder of them.
        case sequence(StopSequence)
    }

    /// A limit that can be switched off.
    package enum Limit: Hashable, Sendable {
        /// There is none.
        case off
        /// So long.
        case after(Duration)
    }

    /// Starts the daemon.
    package var command: Command?
    /// Its name in messages.
    package var identifier: String?
    /// The file with its pid.
    package var pidFile: String?
    /// Its log.
    package var logFile: String?
    /// Serialises starts and stops.
    package var lockFile: String?
    /// Where everything runs.
    package var directory: String?
    /// Permission bits taken from its files.
    package var umask: UInt32?
    /// Variables to set; nil for one to remove.
    package var environment: [String: String?] = [:]
    /// Descriptors that it keeps.
    package var keptDescriptors: [Int32]?
    /// Whether its command stays in the foreground.
    package var daemonizes: Bool?
    /// Runs before each start, under the lock.
    package var beforeStart: Command?
    /// How to find out whether it can be used.
    package var ping: Ping?
    /// Whether READY=1 over sd_notify(3) is awaited.
    package var awaitsNotification: Bool?
    /// What a line of the log must match before it counts as ready.
    package var readyPhrase: String?
    /// The longest pause between two pings.
    package var pingInterval: Duration?
    /// From the taken lock until it can be used.
    package var startTimeout: Duration?
    /// From SIGTERM to SIGKILL for one that failed to start.
    package var startAbortTimeout: Duration?
    /// How long it may leave its log unchanged while it starts.
    package var logInactivityTimeout: Limit?
    /// What asks it to end.
    package var stop: Stop?
    /// From the first signal to the end of the whole tree.
    package var stopTimeout: Duration?
    /// Stops it instead of signals.
    package var stopCommand: Command?
    /// Restarts it instead of a stop and a start.
    package var restartCommand: Command?
    /// Whether a damaged pid file makes stop do nothing.
    package var ignoresInvalidPIDFile: Bool?

    /// Settings that say nothing.
    package init() {}

    /// These where they say something, else the others; variables are merged one by one.
    package func laid(over base: ControlSettings) -> ControlSettings {
        var result = self
        func fill<Value>(_ key: WritableKeyPath<ControlSettings, Value?>) {
            if result[keyPath: key] == nil { result[keyPath: key] = base[keyPath: key] }
        }
        fill(\.command)
        fill(\.identifier)
        fill(\.pidFile)
        fill(\.logFile)
        fill(\.lockFile)
        fill(\.directory)
        fill(\.umask)
        fill(\.keptDescriptors)
        fill(\.daemonizes)
        fill(\.beforeStart)
        fill(\.ping)
        fill(\.awaitsNotification)
        fill(\.readyPhrase)
        fill(\.pingInterval)
        fill(\.startTimeout)
        fill(\.startAbortTimeout)
        fill(\.logInactivityTimeout)
        fill(\.stop)
        fill(\.stopTimeout)
        fill(\.stopCommand)
        fill(\.restartCommand)
        fill(\.ignoresInvalidPIDFile)
        result.environment = base.environment.merging(environment) { $1 }
        return result
    }
}
