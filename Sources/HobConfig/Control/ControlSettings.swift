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
        case tcp(host: String, port: UInt16)
        /// An absolute path.
        case unix(String)
        /// An `http://` URL.
        case http(String)
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
        case off
        case after(Duration)
    }

    package var command: Command?
    package var identifier: String?
    package var pidFile: String?
    package var logFile: String?
    package var lockFile: String?
    package var directory: String?
    package var umask: UInt32?
    /// Variables to set; nil for one to remove.
    package var environment: [String: String?] = [:]
    package var keptDescriptors: [Int32]?
    package var daemonizes: Bool?
    package var beforeStart: Command?
    package var ping: Ping?
    package var awaitsNotification: Bool?
    package var readyPhrase: String?
    package var pingInterval: Duration?
    package var startTimeout: Duration?
    package var startAbortTimeout: Duration?
    package var logInactivityTimeout: Limit?
    package var stop: Stop?
    package var stopTimeout: Duration?
    package var stopCommand: Command?
    package var restartCommand: Command?
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
