#if AMQP
/// Where a connection stands.
public enum AMQPConnectionState: Hashable, Sendable {
    /// The first connection is being made.
    case connecting
    /// It may be used.
    case connected
    /// It may be used, but the broker takes no messages for now, for this reason: publishes wait. RabbitMQ reads nothing
    /// more from a connection that has published, so what else is sent on it waits there too; one that only consumes goes
    /// on.
    case blocked(reason: String)
    /// It broke, or could not be made at first, for this reason, and is tried again until it stands.
    case recovering(reason: String)
    /// The application closes it.
    case closing
    /// It is over, for this reason.
    case closed(reason: String)
}

extension AMQPConnectionState: CustomStringConvertible {
    /// The state in a few words.
    public var description: String {
        switch self {
        case .connecting: "connecting"
        case .connected: "connected"
        case .blocked(let reason): "blocked by the broker: \(reason)"
        case .recovering(let reason): "recovering: \(reason)"
        case .closing: "closing"
        case .closed(let reason): "closed: \(reason)"
        }
    }
}
#endif
