/// What a worker asks of its surroundings in vain.
public struct WorkerContextError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Hashable, Sendable {
        /// The pool has no listener of this name.
        case noSuchListener
        /// The listener does not give connections any more: too many open files, no memory.
        case cannotAccept
        /// The connection is broken.
        case connectionFailed
        /// The other side was silent for too long, or took nothing for too long.
        case timedOut
    }

    /// Which kind.
    public let code: Code
    /// What is wrong, and what would be right.
    public let message: String
    /// The error behind it.
    public let cause: (any Error)?

    init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message.
    public var description: String { message }
}
