/// Why a call, or the making of a link, has failed.
public struct LinkError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable, Hashable {
        /// An address, a name or an option cannot be right; nothing was done.
        case badUse
        /// The socket could not be made or bound.
        case notListening
        /// There was no connection until the call's deadline; it was not sent.
        case unreachable
        /// No answer came until the call's deadline; the function may have run, or may still run.
        case deadlineExceeded
        /// The connection ended before the answer came; the function may have run.
        case connectionLost
        /// The other side will not talk to us, or we not to it: another user, version or interface.
        case refused
        /// The other side exports no actor under this name.
        case unknownActor
        /// The exported actor has no such function: the two were built from different sources, or it is generic.
        case unknownTarget
        /// An argument could not be written, or could not be read on the other side.
        case badArgument
        /// A call or its answer is larger than a frame may be.
        case tooLarge
        /// The value that came back could not be read, or could not be written on the other side.
        case badValue
        /// The function threw an error whose type is not known here.
        case thrown
        /// This link is shut down.
        case shutDown
    }

    /// Which kind.
    public let code: Code
    /// What is wrong, with the peer's name and address, and what would be right.
    public let message: String
    /// Whether the function may have run; never true for a call that was not sent.
    public let mayHaveRun: Bool
    /// The name of the type that the function threw, with its module; nil for every other kind.
    public let thrownType: String?
    /// The error behind it, if there is one.
    public let cause: (any Error)?

    /// Makes an error from its parts.
    package init(
        _ code: Code, _ message: String, mayHaveRun: Bool = false, thrownType: String? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.mayHaveRun = mayHaveRun
        self.thrownType = thrownType
        self.cause = cause
    }

    /// The message.
    public var description: String { message }
}
