/// Collects everything that a load finds, so that a person sees all of it at once.
package final class Problems {
    /// What makes the configuration unusable.
    package private(set) var errors: [Diagnostic] = []
    /// What is odd but usable.
    package private(set) var warnings: [Diagnostic] = []
    /// Nobody reads more at once, and a file can hold a hundred thousand mistakes.
    private static let limit = 200
    private var seen: Set<Diagnostic> = []

    /// Nothing found yet.
    package init() {}

    /// Whether anything makes the configuration unusable.
    package var hasErrors: Bool { !errors.isEmpty }

    /// Whether further problems are dropped.
    package var isFull: Bool { errors.count >= Self.limit }

    /// Records an error; a node that is used by several services through an alias is reported once.
    package func error(_ place: Place, _ message: String, suggestion: String? = nil) {
        guard !isFull else { return }
        let diagnostic = Diagnostic(place, message, suggestion: suggestion)
        if seen.insert(diagnostic).inserted { errors.append(diagnostic) }
    }

    /// Records a warning.
    package func warning(_ place: Place, _ message: String, suggestion: String? = nil) {
        guard warnings.count < Self.limit else { return }
        let diagnostic = Diagnostic(place, message, suggestion: suggestion)
        if seen.insert(diagnostic).inserted { warnings.append(diagnostic) }
    }

    /// The diagnostics by place; those of one place in the order in which they were found.
    package static func sorted(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        diagnostics.enumerated()
            .sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
            .map(\.element)
    }
}
