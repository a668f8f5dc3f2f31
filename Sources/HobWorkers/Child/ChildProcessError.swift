/// Why a child process could not be run.
public struct ChildProcessError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Hashable, Sendable {
        /// It never began: no such program, no permission, no memory …
        case cannotStart
        /// The machine refused what it takes to watch it; it was killed.
        case cannotWatch
    }

    /// Which kind.
    public let code: Code
    /// What is wrong, with the program's name, and what would be right.
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
