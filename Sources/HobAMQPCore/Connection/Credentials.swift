/// How a client shows who it is.
package enum Credentials: Hashable, Sendable {
    /// A name and a password, readable by whoever reads the wire: `PLAIN`.
    case plain(user: String, password: String)
    /// What TLS has shown already, the client's certificate: `EXTERNAL`.
    case external

    /// The mechanism's name in the handshake.
    var mechanism: String {
        switch self {
        case .plain: "PLAIN"
        case .external: "EXTERNAL"
        }
    }

    /// What the client says in its first answer.
    var response: [UInt8] {
        switch self {
        case .plain(let user, let password): [0] + Array(user.utf8) + [0] + Array(password.utf8)
        case .external: []
        }
    }
}

/// Without the password: descriptions end up in logs.
extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The mechanism and the user.
    package var description: String {
        switch self {
        case .plain(let user, _): "PLAIN as \(user)"
        case .external: "EXTERNAL"
        }
    }

    /// The mechanism and the user.
    package var debugDescription: String { description }

    /// Nothing: `dump` shows no password.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
