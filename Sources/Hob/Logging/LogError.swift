/// Why a daemon's log could not be set up.
public struct LogError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable, Hashable {
        /// A destination cannot be written: its file, its directory, its permissions.
        case cannotOpen
        /// The error report names nothing that can be run or reached.
        case badReport
        /// The machine has no thread left for it.
        case noResources
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
