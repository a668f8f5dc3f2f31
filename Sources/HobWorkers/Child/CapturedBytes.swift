/// What a child has written, and how much of it was cut.
public struct CapturedBytes: Hashable, Sendable {
    /// The bytes that were kept.
    public let bytes: [UInt8]
    /// How many bytes are missing before them, cut by a limit that keeps the tail.
    public let cutBefore: Int
    /// How many bytes are missing behind them, cut by a limit that keeps the head.
    public let cutAfter: Int

    /// The bytes as text; what is no UTF-8 becomes replacement characters.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether everything that the child wrote is here.
    public var isWhole: Bool { cutBefore == 0 && cutAfter == 0 }
}
