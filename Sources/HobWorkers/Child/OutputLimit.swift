public import HobPolicy

/// How much of a child's output is kept; the rest is read, counted and dropped, so that the child never waits for us.
public struct OutputLimit: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case head, tail
    }

    let part: Part
    let bytes: Int

    private init(_ part: Part, _ size: ByteSize) {
        self.part = part
        bytes = Int(clamping: max(0, size.bytes))
    }

    /// Keeps the first bytes.
    public static func head(_ size: ByteSize) -> OutputLimit { OutputLimit(.head, size) }

    /// Keeps the last bytes.
    public static func tail(_ size: ByteSize) -> OutputLimit { OutputLimit(.tail, size) }

    /// The first 1 MiB.
    public static let standard = OutputLimit.head(ByteSize(bytes: 1 << 20))

    /// Keeps nothing.
    public static let none = OutputLimit.head(ByteSize(bytes: 0))
}
