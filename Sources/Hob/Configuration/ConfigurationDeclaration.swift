/// What a daemon says of one key of its configuration, without the type.
public struct ConfigurationDeclaration: Sendable {
    /// The name, such as `http.port`.
    public let name: String
    /// Whether a change takes effect while the daemon runs.
    public let reloads: Bool
    /// Whether its value is masked wherever it is shown.
    public let isSecret: Bool
    /// Whether the first who sets it wins.
    public let isLocked: Bool
    /// An environment variable, shared with other programs, that sets it where the daemon's own does not.
    public let variable: String?
    /// What it is for.
    public let help: String
    /// What the value must be, in words.
    let expectation: String
    /// The default; nil for a required key.
    let fallback: TypedValue?
    /// Reads a value and checks it.
    let read: @Sendable (WrittenValue) throws(ConfigurationMismatch) -> TypedValue
    /// What would be right, for a value of the right type that the key's own check refuses.
    let refusal: @Sendable (any Sendable) -> String?

    /// Whether somebody must set it.
    public var isRequired: Bool { fallback == nil }

    /// The name of the key for the path of a file that holds the value; only a secret has one.
    var fileName: String? { isSecret ? name + "_file" : nil }

    /// What the value must be, with the default as the example.
    func expectation(of mismatch: ConfigurationMismatch) -> String {
        if let expected = mismatch.expected { return expected }
        guard !isSecret, !expectation.contains("'"), let example = fallback?.content, example != .nothing,
            !example.text.isEmpty
        else { return expectation }
        if case .bool = example { return expectation }
        return "\(expectation), such as \(example.text)"
    }
}
