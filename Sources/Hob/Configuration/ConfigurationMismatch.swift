/// Why a written value is not what its key wants.
public struct ConfigurationMismatch: Error, Sendable, Hashable {
    /// What the value must be, such as `a whole number`; nil: what the type says of itself.
    public var expected: String?
    /// What was probably meant.
    public var suggestion: String?

    /// Makes a mismatch.
    public init(expected: String? = nil, suggestion: String? = nil) {
        self.expected = expected
        self.suggestion = suggestion
    }
}
