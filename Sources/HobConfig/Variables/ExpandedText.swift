/// A text after its variables were resolved.
struct ExpandedText: Hashable, Sendable {
    /// The text as the source of a `Template`: dollars doubled, the instance's own marks as they are.
    private(set) var template = ""
    /// The text for places that know no instances; marks stand in it as they were written.
    private(set) var plain = ""
    /// Whether the text differs between instances.
    private(set) var hasMarks = false

    /// Makes an empty text.
    init() {}

    /// Makes a text that stands for itself.
    init(literal text: String) {
        append(literal: text)
    }

    /// Appends a text that stands for itself.
    mutating func append(literal text: String) {
        plain += text
        // The template's one special character.
        if text.utf8.contains(UInt8(ascii: "$")) {
            template += text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$")
        } else {
            template += text
        }
    }

    /// Appends a mark that is filled in for each instance.
    mutating func append(mark name: String) {
        plain += "${\(name)}"
        template += "${\(name)}"
        hasMarks = true
    }

    /// Appends another text.
    mutating func append(_ other: ExpandedText) {
        plain += other.plain
        template += other.template
        hasMarks = hasMarks || other.hasMarks
    }
}
