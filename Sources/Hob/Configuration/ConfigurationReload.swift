/// How a reload has ended.
public enum ConfigurationReload: Sendable, CustomStringConvertible {
    /// Everything is as it was.
    case unchanged
    /// Something has changed, or would after a restart.
    case applied(ConfigurationChange)
    /// Something is wrong: all values are as they were.
    case refused(ConfigurationError)

    /// What happened, one line for each thing.
    public var description: String {
        switch self {
        case .unchanged: "the configuration is unchanged"
        case .applied(let change): change.description
        case .refused(let error): "the configuration is wrong, the old one stays in effect:\n\(error)"
        }
    }
}
