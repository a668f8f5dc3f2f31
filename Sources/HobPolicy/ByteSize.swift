/// A number of bytes that is written with its unit.
public struct ByteSize: Hashable, Comparable, Sendable {
    /// The size in bytes.
    public var bytes: Int64

    /// Makes a size from bytes.
    public init(bytes: Int64) {
        self.bytes = bytes
    }

    /// Reads a size with its unit: B, kB, KB, MB, GB, TB (powers of 1,000) or KiB, MiB, GiB, TiB (powers of 1,024).
    ///
    /// - Returns: nil when the text is no size; ``UnitError/explain(_:example:)`` says why.
    public init?(parsing text: some StringProtocol) {
        guard let bytes = UnitScanner.total(of: text, unit: ByteSize.bytes(perUnit:)) else { return nil }
        self.bytes = bytes
    }

    /// Orders sizes by bytes.
    public static func < (left: Self, right: Self) -> Bool {
        left.bytes < right.bytes
    }

    private static func bytes(perUnit unit: String) -> Double? {
        switch unit {
        case "B": 1
        case "kB", "KB", "k", "K": 1e3
        case "MB", "M": 1e6
        case "GB", "G": 1e9
        case "TB", "T": 1e12
        case "KiB", "Ki": 1_024
        case "MiB", "Mi": 1_048_576
        case "GiB", "Gi": 1_073_741_824
        case "TiB", "Ti": 1_099_511_627_776
        default: nil
        }
    }

    /// The size as a person writes it: `512B`, `10MB`.
    public var brief: String {
        for (unit, scale) in [("GB", Int64(1_000_000_000)), ("MB", 1_000_000), ("kB", 1_000)] where bytes >= scale {
            let whole = bytes / scale
            let tenth = bytes % scale * 10 / scale
            return whole < 10 && tenth > 0 ? "\(whole).\(tenth)\(unit)" : "\(whole)\(unit)"
        }
        return "\(bytes)B"
    }
}
