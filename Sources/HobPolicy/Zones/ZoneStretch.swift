/// A stretch of time in which a zone's offset does not change; all times in seconds.
struct ZoneStretch: Hashable, Sendable {
    /// Its first second; nil when it has no beginning.
    var start: Int64?
    /// The first second after it; far away when it has no end.
    var end: Int64
    /// What is added to UTC.
    var offset: Int64
    /// The same before the stretch.
    var previousOffset: Int64

    /// Later than any time a schedule knows.
    static let never: Int64 = 1 << 40
}
