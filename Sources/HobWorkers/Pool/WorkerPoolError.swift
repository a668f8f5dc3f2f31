/// Why a pool cannot do what it was asked for.
public struct WorkerPoolError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Hashable, Sendable {
        /// This program's main does not let it become a worker.
        case notAWorkerHost
        /// The configuration contradicts itself, or the machine lacks something: nothing was started.
        case badConfiguration
        /// A worker has ended before all were ready; none of the pool is left.
        case startFailed
        /// The executable is not the one that the pool was made of; nothing was changed.
        case buildMismatch
        /// More or fewer workers than the bounds allow; nothing was changed.
        case outOfBounds
        /// A new worker has ended before it was ready; the old ones stay.
        case restartFailed
        /// The pool does not run.
        case notRunning
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
