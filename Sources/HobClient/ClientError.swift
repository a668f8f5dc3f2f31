/// Why the client's side of an order did not come about.
package struct ClientError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failures; each has one exit code of `hob`.
    package enum Code: String, Hashable, Sendable {
        /// Nobody listens on the control socket.
        case noSupervisor
        /// The caller may not use this scope or socket.
        case notPermitted
        /// The supervisor speaks another protocol, or not ours at all.
        case protocolMismatch
        /// The connection ended before the answer came.
        case connectionLost
        /// The deadline passed before the answer came.
        case timedOut
        /// The supervisor could not be started.
        case launchFailed
        /// There is no project here, or its directory cannot be used.
        case badScope
    }

    /// What kind of failure it is.
    package let code: Code
    /// The sentence for a person: what is wrong, and what would be right.
    package let message: String
    /// What it came from.
    package let cause: (any Error)?

    /// Makes an error.
    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The sentence.
    package var description: String { message }
}
