/// What a Unix socket carries.
package enum SocketKind: Int32, Sendable {
    /// Bytes.
    case stream = 0
    /// Messages, without a connection.
    case datagram = 1
    /// Messages over a connection.
    case sequencedPacket = 2
}
