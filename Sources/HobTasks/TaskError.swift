/// Why work of a daemon could not be begun, or was given up.
public struct TaskError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable, Hashable {
        /// The options contradict themselves; nothing was begun.
        case badOptions
        /// The work was not done in time; it was cancelled and has ended.
        case deadlineExceeded
        /// There was no room for it, and nobody wanted to wait; it was not begun.
        case poolFull
        /// The pool is being drained and takes nothing any more; it was not begun.
        case poolClosed
    }

    /// Which kind.
    public let code: Code
    /// What is wrong, and what would be right.
    public let message: String
    /// The error behind it, if there is one.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message.
    public var description: String { message }
}
