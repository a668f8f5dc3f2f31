/// A value in the few forms that every reader of a configuration knows: text, JSON and other libraries.
public enum ConfigurationContent: Sendable, Hashable {
    /// No value, which an optional key allows.
    case nothing
    /// A text, or a value that is written as one, such as a duration.
    case string(String)
    /// A whole number.
    case int(Int)
    /// A number.
    case double(Double)
    /// Yes or no.
    case bool(Bool)
    /// Several texts.
    case list([String])

    /// The value on one line, as a person would write it behind `key=`.
    public var text: String {
        switch self {
        case .nothing: ""
        case .string(let text): text
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        case .bool(let flag): "\(flag)"
        case .list(let elements): elements.joined(separator: ",")
        }
    }
}
