/// The ways a daemon says that it may be used.
package struct ReadinessSources: OptionSet, Sendable, Hashable {
    /// One bit per source.
    package let rawValue: UInt8

    /// Sources of these bits.
    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Its pid file names a living process of its own.
    package static let pidFile = ReadinessSources(rawValue: 1)
    /// The ping was answered.
    package static let ping = ReadinessSources(rawValue: 2)
    /// READY=1 came over sd_notify(3).
    package static let notification = ReadinessSources(rawValue: 4)
    /// The phrase stands in its log or its output.
    package static let phrase = ReadinessSources(rawValue: 8)
}
