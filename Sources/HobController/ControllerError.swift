/// Why a daemon could not be started, stopped or connected to.
public struct ControllerError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable, Hashable {
        /// It runs already.
        case alreadyStarted
        /// It could not be started, or ended before it was ready; nothing of it is left.
        case startFailed
        /// It was not ready in time, or was silent for too long; nothing of it is left unless the message says so.
        case startTimedOut
        /// It could not be stopped.
        case stopFailed
        /// It did not end in time; it was killed, and is gone unless the message says otherwise.
        case stopTimedOut
        /// It runs, but the connection could not be made.
        case connectFailed
        /// The configuration contradicts itself; nothing was done.
        case badConfiguration
    }

    /// Which kind.
    public let code: Code
    /// What happened: the daemon's own output and log lines, then in parentheses how it ended; without the identifier.
    public let message: String
    /// The daemon's identifier.
    public let identifier: String
    /// The error behind it: what the connect closure, a hook or the configuration threw.
    public let cause: (any Error)?

    /// What it was that did not come in time, and what may be wrong; nil when the message says all there is.
    public let hint: String?

    /// Whether another start may well succeed: somebody else seems to have ended the daemon.
    package let isByChance: Bool

    /// An error from its parts.
    package init(
        _ code: Code, identifier: String, message: String, cause: (any Error)? = nil, hint: String? = nil,
        isByChance: Bool = false
    ) {
        self.code = code
        self.identifier = identifier
        self.message = message
        self.cause = cause
        self.hint = hint
        self.isByChance = isByChance
    }

    /// The message with the daemon's identifier before it, and the hint behind it.
    public var description: String { hint.map { "\(sentence)\n\($0)" } ?? sentence }

    private var sentence: String {
        switch code {
        case .alreadyStarted: "Daemon '\(identifier)' \(message)"
        case .startFailed, .startTimedOut: "Daemon '\(identifier)' did not start: \(message)"
        case .stopFailed, .stopTimedOut: "Daemon '\(identifier)' did not stop: \(message)"
        case .connectFailed: "Daemon '\(identifier)' cannot be connected to: \(message)"
        case .badConfiguration: "Daemon '\(identifier)' cannot be controlled: \(message)"
        }
    }
}
