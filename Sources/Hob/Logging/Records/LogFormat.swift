/// What a line of the log looks like.
public struct LogFormat: Sendable, Hashable {
    /// The two kinds of line.
    public enum Style: String, Sendable, Hashable, CaseIterable {
        /// For people: `2026-11-21T07:23:49.123Z info [name pid] source: message key=value`.
        case text
        /// For machines: one JSON object a line.
        case json
    }

    /// Which kind.
    public var style: Style
    /// Whether file, line and function of the caller are told.
    public var showsCaller: Bool
    /// Whether the level of a text line is coloured.
    public var usesColour: Bool
    /// Whether a text line begins with its time; not where whoever reads it, such as hob, writes one before it.
    var showsTime = true

    /// Makes a format.
    public init(_ style: Style = .text, showsCaller: Bool = false, usesColour: Bool = false) {
        self.style = style
        self.showsCaller = showsCaller
        self.usesColour = usesColour
    }

    /// Lines for people.
    public static let text = LogFormat(.text)
    /// Lines for machines.
    public static let json = LogFormat(.json)

    /// The record as one line, its line end included.
    func line(of record: LogRecord) -> [UInt8] {
        switch style {
        case .text: Array(TextLine.line(of: record, in: self).utf8)
        case .json: JSONLine.line(of: record, showsCaller: showsCaller)
        }
    }
}
