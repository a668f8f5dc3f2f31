import HobPolicy

/// A type that a configuration can hold.
///
/// `Int`, `Double`, `Bool`, `String`, `[String]`, `Duration`, `ByteSize` and optionals of them are ready. An enum of
/// texts only has to say so: `enum Mode: String, CaseIterable, ConfigurationValue { case fast, careful }`.
public protocol ConfigurationValue: Sendable {
    /// What a value must be, in words that follow "must be": `a whole number`.
    static var configurationExpectation: String { get }
    /// Reads a value.
    ///
    /// - Throws: What would be right; nothing is ever read as something near it.
    init(configuration written: WrittenValue) throws(ConfigurationMismatch)
    /// The value as it is shown and handed to other libraries, exact enough to be read back.
    var configurationContent: ConfigurationContent { get }
}

extension ConfigurationValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    /// The cases.
    public static var configurationExpectation: String {
        let names = allCases.map { "'\($0.rawValue)'" }
        guard let last = names.last, names.count > 1 else { return names.first ?? "a case" }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }

    /// Reads the raw value of a case, exactly as it is spelled.
    public init(configuration written: WrittenValue) throws(ConfigurationMismatch) {
        guard let text = written.single else { throw ConfigurationMismatch() }
        guard let value = Self(rawValue: text) else {
            throw ConfigurationMismatch(suggestion: Spelling.didYouMean(text, among: Self.allCases.map(\.rawValue)))
        }
        self = value
    }

    /// The raw value.
    public var configurationContent: ConfigurationContent { .string(rawValue) }
}
