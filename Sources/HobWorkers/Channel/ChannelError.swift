/// Why a message was not delivered, or not answered.
public struct ChannelError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Hashable, Sendable {
        /// The other process has ended or closed the channel; the message names it and its exit status.
        case ended
        /// The answer did not come in time; one that comes later is dropped.
        case timedOut
        /// The other side's handler has thrown; the message is its error's.
        case refused
        /// A message is longer than the channel's limit.
        case tooLong
        /// A message cannot be encoded, or is of another type than this side expects.
        case badMessage
        /// This process was not started with a channel.
        case noChannel
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
