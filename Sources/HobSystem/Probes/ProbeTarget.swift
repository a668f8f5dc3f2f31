/// What a probe asks.
package enum ProbeTarget: Sendable, Hashable {
    /// One of these addresses accepts a connection.
    case tcp([SocketAddress])
    /// The Unix stream socket at this path accepts a connection.
    case unix(String)
    /// One of these addresses answers `GET path` with a status in the range.
    case http([SocketAddress], host: String, path: String, statuses: ClosedRange<Int>)

    /// The longest pause that a supervisor makes between two attempts; HTTP costs the service more.
    package var longestPause: Duration {
        switch self {
        case .tcp, .unix: .milliseconds(100)
        case .http: .milliseconds(250)
        }
    }

    /// How long one attempt may take.
    package var attemptLimit: Duration {
        switch self {
        case .tcp, .unix: .seconds(1)
        case .http: .seconds(5)
        }
    }

    /// The addresses that are tried side by side.
    package var addresses: [SocketAddress] {
        get throws(SystemError) {
            switch self {
            case .tcp(let addresses), .http(let addresses, _, _, _): addresses
            case .unix(let path): [try SocketAddress(parsing: path)]
            }
        }
    }
}
