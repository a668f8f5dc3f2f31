extension Int: ConfigurationValue {
    /// `a whole number`.
    public static var configurationExpectation: String { "a whole number" }

    /// Reads decimal digits with an optional sign.
    public init(configuration written: WrittenValue) throws(ConfigurationMismatch) {
        guard let text = written.single, let value = Int(text) else { throw ConfigurationMismatch() }
        self = value
    }

    /// The number.
    public var configurationContent: ConfigurationContent { .int(self) }
}

extension Double: ConfigurationValue {
    /// `a number`.
    public static var configurationExpectation: String { "a number" }

    /// Reads a finite decimal number.
    public init(configuration written: WrittenValue) throws(ConfigurationMismatch) {
        // The initializer also takes hexadecimal, `nan` and `inf`, which nobody means.
        guard let text = written.single, text.allSatisfy({ "+-.eE0123456789".contains($0) }),
            let value = Double(text), value.isFinite
        else { throw ConfigurationMismatch() }
        self = value
    }

    /// The number.
    public var configurationContent: ConfigurationContent { .double(self) }
}

extension Bool: ConfigurationValue {
    /// `true or false`.
    public static var configurationExpectation: String { "true or false" }

    /// Reads `true`, `yes`, `on` or `false`, `no`, `off`, in small or capital letters; a variable may also be `1` or `0`.
    public init(configuration written: WrittenValue) throws(ConfigurationMismatch) {
        switch (written.single?.lowercased(), written) {
        case ("true", _), ("yes", _), ("on", _), ("1", .words): self = true
        case ("false", _), ("no", _), ("off", _), ("0", .words): self = false
        default: throw ConfigurationMismatch()
        }
    }

    /// The truth value.
    public var configurationContent: ConfigurationContent { .bool(self) }
}

extension String: ConfigurationValue {
    /// `a text`.
    public static var configurationExpectation: String { "a text" }

    /// Takes any single value as it is written.
    public init(configuration written: WrittenValue) throws(ConfigurationMismatch) {
        guard let text = written.single else { throw ConfigurationMismatch() }
        self = text
    }

    /// The text.
    public var configurationContent: ConfigurationContent { .string(self) }
}

extension [String]: ConfigurationValue {
    /// `a list`.
    public static var configurationExpectation: String { "a list" }

    /// Takes a list of a file, or the words between the commas of a variable; an empty variable is an empty list.
    public init(configuration written: WrittenValue) throws(ConfigurationMismatch) {
        switch written {
        case .list(let elements): self = elements
        case .words(let text):
            self =
                text.isEmpty
                ? [] : text.split(separator: ",", omittingEmptySubsequences: false).map { Self.trimmed($0) }
        case .text(let text):
            throw ConfigurationMismatch(suggestion: "write [\(WrittenValue.shortened(text))]")
        case .nothing: throw ConfigurationMismatch()
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    /// The elements.
    public var configurationContent: ConfigurationContent { .list(self) }
}

extension Optional: ConfigurationValue where Wrapped: ConfigurationValue {
    /// What the value must be when there is one.
    public static var configurationExpectation: String { Wrapped.configurationExpectation }

    /// Reads the value; `null` in a file takes it away.
    public init(configuration written: WrittenValue) throws(ConfigurationMismatch) {
        self = written == .nothing ? nil : try Wrapped(configuration: written)
    }

    /// The content of the value, or nothing.
    public var configurationContent: ConfigurationContent { self?.configurationContent ?? .nothing }
}
