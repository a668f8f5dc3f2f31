/// A ``ConfigKey`` of any type, for lists of them.
public protocol ConfigurationKey: Sendable {
    /// The key without its type.
    var declaration: ConfigurationDeclaration { get }
}
