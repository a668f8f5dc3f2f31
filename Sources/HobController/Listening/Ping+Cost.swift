extension Ping {
    /// Whether each attempt makes somebody work.
    var isCostly: Bool {
        switch self {
        case .tcp, .unix: false
        case .http, .command, .check, .connection: true
        }
    }
}
