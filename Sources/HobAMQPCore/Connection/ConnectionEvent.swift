/// What happens to a connection.
package enum ConnectionEvent: Hashable, Sendable {
    /// TCP, and TLS where it is asked for, stands.
    case transportUp
    /// A method on channel 0.
    case received(ConnectionMethod)
    /// The server speaks another version of the protocol and has said so.
    case serverVersion(String)
    /// The other side broke the protocol, or what it sent cannot be read.
    case violated(AMQPProtocolError)
    /// The application wants it closed.
    case close(AMQPReplyCode, String)
    /// The application has a new password or token.
    case updateSecret([UInt8], reason: String)
    /// A timer has run out.
    case expired(ConnectionTimer)
    /// The transport is gone, for this reason.
    case transportDown(String)
    /// There was no transport, and it took no time to say so.
    case transportRefused(String)
}

/// What a connection waits for with a clock in its hand.
package enum ConnectionTimer: Hashable, Sendable, CaseIterable {
    /// The handshake has taken too long.
    case handshake
    /// A sign of life is due, from us or from the other side.
    case heartbeat
    /// A close has not been answered.
    case close
}
