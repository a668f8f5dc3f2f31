/// What may be written as the value of a key: the source of the JSON schema and of the reference.
indirect enum ValueShape: Sendable {
    /// Any text; numbers and booleans count as their text.
    case text
    /// A text of this form (an ECMA regular expression), described in words.
    case pattern(String, String)
    case boolean
    case integer(ClosedRange<Int>)
    /// One of these words.
    case choice([String])
    /// `10s`.
    case duration
    /// `100ms..30s`, or one duration.
    case durationRange
    /// `10MB`.
    case size
    /// A text that is split into words, or the list of words.
    case command
    case list(ValueShape)
    /// A mapping with keys of the user's choice, of this form (an ECMA regular expression) if there is one.
    case mapping(of: ValueShape, names: String? = nil)
    /// A mapping with these keys.
    case table(KeyTable)
    /// Any of several.
    case any([ValueShape])
    /// Nothing: the key alone.
    case null

    /// The shape in a few words, for the reference.
    var summary: String {
        switch self {
        case .text: "text"
        case .pattern(_, let words): words
        case .boolean: "true or false"
        case .integer(let range):
            range.upperBound == .max
                ? "number from \(range.lowerBound)" : "number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .duration: "duration"
        case .durationRange: "duration or range of durations"
        case .size: "size"
        case .command: "command"
        case .list(let element): "list (\(element.summary))"
        case .mapping(let element, _): "mapping (\(element.summary))"
        case .table(let table): "mapping ([\(table.title)](#\(table.anchor)))"
        case .any(let shapes): shapes.map(\.summary).joined(separator: "; or ")
        case .null: "nothing"
        }
    }

    /// Whether it is true or false and nothing else.
    var isBoolean: Bool {
        if case .boolean = self { true } else { false }
    }

    /// The tables in this shape.
    var tables: [KeyTable] {
        switch self {
        case .table(let table): [table]
        case .list(let element), .mapping(let element, _): element.tables
        case .any(let shapes): shapes.flatMap(\.tables)
        case .text, .pattern, .boolean, .integer, .choice, .duration, .durationRange, .size, .command, .null: []
        }
    }
}
