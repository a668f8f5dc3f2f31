import HobYAML

/// One thing that is wrong in a configuration: where, what, and what would be right.
public struct ConfigurationDiagnostic: Sendable, Hashable, CustomStringConvertible {
    /// Where it was found; nil for what is found nowhere, such as a missing key.
    public var origin: ConfigurationOrigin?
    /// What is wrong.
    public var message: String
    /// What would be right; nil when the message says it.
    public var suggestion: String?

    /// Makes a diagnostic.
    public init(_ origin: ConfigurationOrigin?, _ message: String, suggestion: String? = nil) {
        self.origin = origin
        self.message = message
        self.suggestion = suggestion
    }

    /// A diagnostic of a file.
    init(_ diagnostic: Diagnostic) {
        self.init(ConfigurationOrigin(diagnostic.place), diagnostic.message, suggestion: diagnostic.suggestion)
    }

    /// `origin: message: suggestion`, on one line.
    public var description: String {
        (origin.map { "\($0): " } ?? "") + message + (suggestion.map { ": \($0)" } ?? "")
    }
}

extension ConfigurationOrigin {
    /// A place in a file.
    init(_ place: Place) {
        self = .file(place.file, line: place.line, column: place.column)
    }
}
