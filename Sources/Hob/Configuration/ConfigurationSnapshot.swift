/// The values of all keys at one moment, which belong together.
public struct ConfigurationSnapshot: Sendable, CustomStringConvertible {
    /// The environment that the daemon runs in.
    public let environment: DaemonEnvironment
    /// How that was chosen.
    public let environmentOrigin: ConfigurationOrigin
    let keys: DeclaredKeys
    var values: [String: ConfigurationResolver.Resolved]

    /// The value of a key.
    ///
    /// - Precondition: The key is one of those that the daemon has declared.
    public subscript<Value>(key: ConfigKey<Value>) -> Value {
        // No outside input gets here: what was resolved has the declared type, so that only the code can be wrong.
        guard let value = resolved(key.name).typed.value as? Value else {
            preconditionFailure("the key '\(key.name)' is declared with another type than it is read with")
        }
        return value
    }

    /// Where the value of a key comes from.
    ///
    /// - Precondition: The key is one of those that the daemon has declared.
    public func origin(of key: some ConfigurationKey) -> ConfigurationOrigin {
        resolved(key.declaration.name).origin
    }

    /// A table of all keys, secrets masked.
    public var description: String { ConfigurationReport(snapshot: self).text }

    /// What is known of a key, in the order of the declarations.
    var all: [ConfigurationResolver.Resolved] { keys.all.compactMap { values[$0.name] } }

    private func resolved(_ name: String) -> ConfigurationResolver.Resolved {
        guard let resolved = values[name] else {
            preconditionFailure("the key '\(name)' is read, but the daemon does not declare it: add it to its keys")
        }
        return resolved
    }
}
