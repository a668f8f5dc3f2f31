/// What is to be done for a connection, in the order given.
package enum ConnectionAction: Hashable, Sendable {
    /// Send `AMQP` 0 0 9 1.
    case sendProtocolHeader
    /// Send a method on channel 0.
    case send(ConnectionMethod)
    /// Send a heartbeat frame.
    case sendHeartbeat
    /// Set a timer anew.
    case set(ConnectionTimer, after: Duration)
    /// Stop a timer.
    case unset(ConnectionTimer)
    /// From here on frames may be so long.
    case limit(ConnectionLimits)
    /// It may be used; this is what the server says of itself.
    case opened(AMQPTable, ConnectionLimits)
    /// The broker takes no messages for now, for this reason.
    case blocked(String)
    /// The broker takes messages again.
    case unblocked
    /// The new secret holds.
    case secretUpdated
    /// No message is to be sent any more: the connection is on its way out.
    case closing
    /// Send what is waiting to be sent, then close the transport.
    case dropTransport
    /// It is over; nothing follows.
    case ended(ConnectionEnding)
}
