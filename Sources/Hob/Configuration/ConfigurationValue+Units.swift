public import HobPolicy

extension Duration: ConfigurationValue {
    /// `a duration with its unit`.
    public static var configurationExpectation: String { "a duration with its unit" }

    /// Reads a duration such as `250ms`, `10s` or `1m30s`; a bare number is none.
    public init(configuration written: WrittenValue) throws(ConfigurationMismatch) {
        guard let text = written.single, let value = Duration(parsing: text) else {
            throw ConfigurationMismatch(suggestion: written.suggestion(adding: "s"))
        }
        self = value
    }

    /// The duration in its largest unit without a remainder.
    public var configurationContent: ConfigurationContent {
        let units: [(String, Int64)] = [
            ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
            ("ms", 1_000_000), ("us", 1_000),
        ]
        return .string(exact(wholeNanoseconds, units, zero: "0s", smallest: "ns"))
    }
}

extension ByteSize: ConfigurationValue {
    /// `a size with its unit`.
    public static var configurationExpectation: String { "a size with its unit" }

    /// Reads a size such as `512B`, `10MB` or `64KiB`; a bare number is none.
    public init(configuration written: WrittenValue) throws(ConfigurationMismatch) {
        guard let text = written.single, let value = ByteSize(parsing: text) else {
            throw ConfigurationMismatch(suggestion: written.suggestion(adding: "MB"))
        }
        self = value
    }

    /// The size in its largest unit without a remainder.
    public var configurationContent: ConfigurationContent {
        let units: [(String, Int64)] = [
            ("TB", 1_000_000_000_000), ("TiB", 1 << 40), ("GB", 1_000_000_000), ("GiB", 1 << 30), ("MB", 1_000_000),
            ("MiB", 1 << 20), ("kB", 1_000), ("KiB", 1 << 10),
        ]
        return .string(exact(bytes, units, zero: "0B", smallest: "B"))
    }
}

private func exact(_ value: Int64, _ units: [(name: String, size: Int64)], zero: String, smallest: String) -> String {
    if value == 0 { return zero }
    for unit in units where value % unit.size == 0 { return "\(value / unit.size)\(unit.name)" }
    return "\(value)\(smallest)"
}

extension WrittenValue {
    /// A bare number with a unit behind it.
    fileprivate func suggestion(adding unit: String) -> String? {
        guard let text = single, Double(text) != nil, text.allSatisfy({ "0123456789.".contains($0) }) else {
            return nil
        }
        return "write '\(text)\(unit)' or another unit"
    }
}
