/// A value as somebody has written it, before it is read as what its key wants.
public enum WrittenValue: Sendable, Hashable {
    /// A text in a file.
    case text(String)
    /// The text of an environment variable or of `--set`, where commas separate the elements of a list.
    case words(String)
    /// A list in a file.
    case list([String])
    /// Nothing, `null` or `~` in a file.
    case nothing

    /// The text of a single value; nil for a list and for nothing.
    public var single: String? {
        switch self {
        case .text(let text), .words(let text): text
        case .list, .nothing: nil
        }
    }

    /// What was written, for messages; long texts are cut.
    var shown: String {
        switch self {
        case .text(let text), .words(let text): "'\(Self.shortened(text))'"
        case .list: "a list"
        case .nothing: "nothing"
        }
    }

    /// A text that fits into a message.
    static func shortened(_ text: String) -> String {
        text.utf8.count > 80 ? text.prefix(60) + "…" : text
    }
}
