/// Why an operation failed, before words are made of it.
package struct ControllerFailure: Sendable, Hashable {
    /// The kinds, as callers tell them apart.
    package enum Code: Sendable, Hashable {
        case alreadyStarted, startFailed, startTimedOut, stopFailed, stopTimedOut
    }

    /// Which kind.
    package var code: Code
    /// A sentence of our own; empty when the daemon's own words say it.
    package var reason: String
    /// How things ended, for the parenthesis: "exited with status 1", "timed out".
    package var endings: [String]
    /// Whether the daemon's output and log lines belong into the message.
    package var showsOutput: Bool

    /// Whether somebody else may have ended the daemon (SIGKILL, or nobody knows): another start may well succeed.
    package var isByChance: Bool

    /// A failure from its parts.
    package init(
        _ code: Code, reason: String = "", endings: [String] = [], showsOutput: Bool = false, isByChance: Bool = false
    ) {
        self.code = code
        self.reason = reason
        self.endings = endings
        self.showsOutput = showsOutput
        self.isByChance = isByChance
    }
}
