/// How a connection ended.
package enum ConnectionEnding: Hashable, Sendable {
    /// The application closed it.
    case closed
    /// The server closed it, for this reason.
    case closedByServer(AMQPReplyCode, String)
    /// The server refused the log-in or the virtual host.
    case refused(AMQPReplyCode, String)
    /// The server cannot be talked to: another version, or no mechanism in common.
    case incompatible(String)
    /// The server broke the protocol.
    case violated(AMQPProtocolError)
    /// Nothing came for two intervals.
    case silent(Duration)
    /// The handshake took too long.
    case handshakeTimedOut(Duration)
    /// Nobody is there, and it took no time to say so: refused, no such name, or hung up before the first word.
    case unreachable(String)
    /// The transport broke before the connection stood.
    case failed(String)
    /// The transport of a connection that stood broke.
    case lost(String)
}

extension ConnectionEnding: CustomStringConvertible {
    /// What happened, as the end of a sentence about the connection.
    package var description: String {
        switch self {
        case .closed: "was closed"
        case .closedByServer(let code, let text): "was closed by the broker: \(code), \(text)"
        case .refused(let code, let text): "was refused by the broker: \(code), \(text)"
        case .incompatible(let text): "is not possible: \(text)"
        case .violated(let error): "was closed because the broker broke the protocol: \(error)"
        case .silent(let time): "is dead: nothing came from the broker for \(time)"
        case .handshakeTimedOut(let time): "did not come about within \(time)"
        case .unreachable(let reason), .failed(let reason): "did not come about: \(reason)"
        case .lost(let reason): "was lost: \(reason)"
        }
    }
}
