#if AMQP
public import HobAMQPCore
public import Logging

/// How a connection is to be made and kept, beside what its URL says.
public struct AMQPConfiguration: Sendable {
    /// The connection's name, shown in the broker's management pages and in errors; nil is the host.
    public var name: String?
    /// Seconds between signs of life, unless the URL says; both sides take the lower. The default is 30.
    public var heartbeat: UInt16 = 30
    /// How long one attempt may take: name lookup, TCP, TLS and the log-in, each; unless the URL says. The default is
    /// 10 s.
    public var connectionTimeout: Duration = .seconds(10)
    /// How long the broker may take to answer a call, or to confirm a message. The default is 30 s.
    public var callTimeout: Duration = .seconds(30)
    /// The largest body that is accepted, in bytes. The default is 512 MiB, the most that RabbitMQ takes.
    public var largestBody: Int = 512 << 20
    /// What happens when the connection breaks.
    public var recovery = AMQPRecovery()
    /// What TLS trusts and shows, unless the URL says.
    public var tls = AMQPTLS()
    /// Gets one line for each change of the connection's state; nil logs nothing.
    public var logger: Logger?
    /// Hears of changes of state and of traffic; nil is nobody.
    public var observer: (any AMQPObserver)?
    /// What else the client says of itself to the broker.
    public var clientProperties: AMQPTable = [:]

    /// A configuration of defaults.
    public init() {}
}
#endif
