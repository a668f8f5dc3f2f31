/// What a connection is to be: who logs in, where, with which limits and deadlines.
package struct ConnectionPlan: Hashable, Sendable {
    /// How the client shows who it is.
    package var credentials: Credentials
    /// The virtual host.
    package var virtualHost: String
    /// What the client asks for.
    package var limits: ConnectionLimits
    /// What the client says of itself: product, version, the connection's name.
    package var clientProperties: AMQPTable
    /// So long the handshake may take, from the transport being there until the virtual host is open.
    package var handshakeTimeout: Duration
    /// So long the other side may take to answer a close.
    package var closeTimeout: Duration

    /// A plan.
    package init(
        credentials: Credentials, virtualHost: String = "/", limits: ConnectionLimits = ConnectionLimits(),
        clientProperties: AMQPTable = [:], handshakeTimeout: Duration = .seconds(10),
        closeTimeout: Duration = .seconds(5)
    ) {
        self.credentials = credentials
        self.virtualHost = virtualHost
        self.limits = limits
        self.clientProperties = clientProperties
        self.handshakeTimeout = handshakeTimeout
        self.closeTimeout = closeTimeout
    }

    /// The extensions that this client understands; the broker uses none that is not named here.
    static let capabilities: AMQPTable = [
        "publisher_confirms": true, "exchange_exchange_bindings": true, "basic.nack": true,
        "consumer_cancel_notify": true, "connection.blocked": true, "per_consumer_qos": true,
        "authentication_failure_close": true,
    ]

    var announcedProperties: AMQPTable {
        var properties = clientProperties
        properties["capabilities"] = .table(Self.capabilities)
        return properties
    }
}
