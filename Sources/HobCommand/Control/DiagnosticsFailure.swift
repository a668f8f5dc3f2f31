import HobConfig
import HobYAML

/// A file that cannot be used, with everything that is wrong with it.
struct DiagnosticsFailure: Error {
    let diagnostics: [Diagnostic]
}

extension Diagnostic {
    /// What is wrong and what would be right, without a place.
    var text: String { message + (suggestion.map { ": \($0)" } ?? "") }
}
