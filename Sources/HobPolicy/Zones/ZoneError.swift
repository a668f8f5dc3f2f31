/// Why bytes are no zone file.
public struct ZoneError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of fault.
    public enum Code: String, Hashable, Sendable {
        /// It does not begin like a zone file.
        case notAZoneFile
        /// It ends before what its head announces.
        case truncated
        /// Something in it contradicts the format.
        case malformed
        /// Its times count leap seconds, which clocks of Unix do not.
        case leapSeconds
    }

    /// Which kind.
    public let code: Code
    /// What is wrong, and what would be right.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
