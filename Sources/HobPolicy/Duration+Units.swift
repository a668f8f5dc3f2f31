extension Duration {
    /// The duration in whole nanoseconds; it saturates at about 292 years.
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? (seconds < 0 ? .min : .max) : sum
    }

    /// Reads a duration with its unit, such as `250ms`, `10s`, `1m30s`, `2h` or `1d`.
    ///
    /// - Parameter text: one or more numbers, each followed by ns, us, ms, s, m, h or d; decimals are allowed.
    /// - Returns: nil when the text is no duration; ``UnitError/explain(_:example:)`` says why.
    public init?(parsing text: some StringProtocol) {
        guard let nanoseconds = UnitScanner.total(of: text, unit: Duration.nanoseconds(perUnit:)) else { return nil }
        self = .nanoseconds(nanoseconds)
    }

    private static func nanoseconds(perUnit unit: String) -> Double? {
        switch unit {
        case "ns": 1
        case "us", "µs": 1e3
        case "ms": 1e6
        case "s": 1e9
        case "m", "min": 60e9
        case "h": 3_600e9
        case "d": 86_400e9
        default: nil
        }
    }

    /// The duration as a person writes it: `0s`, `100ms`, `1.5s`, `2m`, `1h 5m`, `3d 4h`.
    public var brief: String {
        let nanoseconds = wholeNanoseconds
        if nanoseconds < 0 { return "-" + (Duration.zero - self).brief }
        switch nanoseconds {
        case 0: return "0s"
        case ..<1_000: return "\(nanoseconds)ns"
        case ..<1_000_000: return Self.decimal(nanoseconds, per: 1_000) + "us"
        case ..<1_000_000_000: return Self.decimal(nanoseconds, per: 1_000_000) + "ms"
        case ..<60_000_000_000: return Self.decimal(nanoseconds, per: 1_000_000_000) + "s"
        default: break
        }
        let seconds = nanoseconds / 1_000_000_000
        if seconds < 3_600 { return Self.pair(seconds / 60, "m", seconds % 60, "s") }
        if seconds < 86_400 { return Self.pair(seconds / 3_600, "h", seconds % 3_600 / 60, "m") }
        return Self.pair(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h")
    }

    private static func pair(_ first: Int64, _ firstUnit: String, _ second: Int64, _ secondUnit: String) -> String {
        second == 0 ? "\(first)\(firstUnit)" : "\(first)\(firstUnit) \(second)\(secondUnit)"
    }

    /// One decimal below ten units, none above: enough to read, short enough for a table.
    private static func decimal(_ value: Int64, per unit: Int64) -> String {
        let whole = value / unit
        let tenth = value % unit * 10 / unit
        return whole < 10 && tenth > 0 ? "\(whole).\(tenth)" : "\(whole)"
    }
}
