/// A key of the configuration: its name, its type and what holds for it.
///
///     static let port = ConfigKey("http.port", default: 8080, reloads: true)
///     static let token = ConfigKey<String>("api.token", secret: true)      // required: no default
///     static let proxy = ConfigKey<String?>("http.proxy")                  // optional: nil where nobody sets it
///
/// Whoever also imports swift-configuration, which has a `ConfigKey` of its own, writes `Hob.ConfigKey`.
public struct ConfigKey<Value: ConfigurationValue>: ConfigurationKey {
    /// The name: small letters, digits, `_` and `-`, in parts that dots join.
    public var name: String { declaration.name }
    /// The key without its type.
    public let declaration: ConfigurationDeclaration

    /// A key with a default.
    ///
    /// - Parameters:
    ///   - name: small letters, digits, `_` and `-`, in parts that dots join: `http.port`.
    ///   - default: the value where nobody sets one; never used in place of a wrong one.
    ///   - reloads: whether a change takes effect while the daemon runs; else it is reported as needing a restart.
    ///   - secret: whether the value is masked wherever it is shown. It may come from a file named by `NAME_file`,
    ///     and never from the command line.
    ///   - locked: whether the first who sets it wins, so that a later set is ignored with a warning.
    ///   - variable: another environment variable that sets it where the daemon's own does not: one that several
    ///     programs share, such as `DATABASE_URL`.
    ///   - help: what it is for, in a few words.
    ///   - check: what would be right, in words that follow "must be", for a value that is not; else nil.
    public init(
        _ name: String, default: Value, reloads: Bool = false, secret: Bool = false, locked: Bool = false,
        variable: String? = nil, help: String = "", check: (@Sendable (Value) -> String?)? = nil
    ) {
        self.init(name, fallback: `default`, reloads, secret, locked, variable, help, check)
    }

    /// A key without a default: somebody must set it, unless its value is optional, whose default is nil.
    ///
    /// The parameters are those of ``init(_:default:reloads:secret:locked:variable:help:check:)``.
    public init(
        _ name: String, reloads: Bool = false, secret: Bool = false, locked: Bool = false, variable: String? = nil,
        help: String = "", check: (@Sendable (Value) -> String?)? = nil
    ) {
        self.init(
            name, fallback: (Value.self as? any OptionalValue.Type)?.absentConfigurationValue as? Value, reloads,
            secret, locked, variable, help, check)
    }

    private init(
        _ name: String, fallback: Value?, _ reloads: Bool, _ secret: Bool, _ locked: Bool,
        _ variable: String?, _ help: String,
        _ check: (@Sendable (Value) -> String?)?
    ) {
        declaration = ConfigurationDeclaration(
            name: name, reloads: reloads, isSecret: secret, isLocked: locked, variable: variable, help: help,
            expectation: Value.configurationExpectation,
            fallback: fallback.map { TypedValue($0) },
            read: { written throws(ConfigurationMismatch) in
                let value = try Value(configuration: written)
                if let expected = check?(value) { throw ConfigurationMismatch(expected: expected) }
                return TypedValue(value)
            },
            refusal: { value in (value as? Value).flatMap { check?($0) } })
    }
}

/// Finds out whether a value may be missing.
///
/// Not an initializer of its own for optional values: overload resolution would prefer the one for all values.
private protocol OptionalValue {
    static var absentConfigurationValue: Self { get }
}

extension Optional: OptionalValue {
    static var absentConfigurationValue: Self { nil }
}
