/// One thing that is wrong, or odd, in a configuration: where, what, and what would be right.
package struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
    /// Where it is.
    package var place: Place
    /// What is wrong.
    package var message: String
    /// What would be right; nil when the message says it.
    package var suggestion: String?

    /// Makes a diagnostic.
    package init(_ place: Place, _ message: String, suggestion: String? = nil) {
        self.place = place
        self.message = message
        self.suggestion = suggestion
    }

    /// The file's path, as the caller named it.
    package var file: String { place.file }
    /// The line, from 1.
    package var line: Int { place.line }
    /// The column, from 1.
    package var column: Int { place.column }

    /// `file:line:column: message: suggestion`, on one line.
    package var description: String {
        "\(place): \(message)" + (suggestion.map { ": \($0)" } ?? "")
    }
}
