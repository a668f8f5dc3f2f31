#if AMQP
public import HobAMQPCore

/// A message that was given up, as it lies in the parking queue.
public struct AMQPParkedMessage: Hashable, Sendable {
    /// The body.
    public var body: [UInt8]
    /// What the message says about itself.
    public var properties: AMQPProperties
    /// How often it was tried.
    public var attempts: Int
    /// Why the last attempt failed; nil when nobody has said.
    public var reason: String?
    /// When the last attempt failed, in seconds since 1970; nil when nobody has said.
    public var failedAt: UInt64?
    /// The exchange it was published to at first; empty is the default one.
    public var exchange: String
    /// The routing key it was published with at first.
    public var routingKey: String

    /// A message as one would look.
    package init(
        body: [UInt8], properties: AMQPProperties, attempts: Int, reason: String?, failedAt: UInt64?, exchange: String,
        routingKey: String
    ) {
        self.body = body
        self.properties = properties
        self.attempts = attempts
        self.reason = reason
        self.failedAt = failedAt
        self.exchange = exchange
        self.routingKey = routingKey
    }

    init(_ delivery: AMQPDelivery, of queue: String) {
        let headers = RetryHeaders(queue: queue)
        body = delivery.body
        properties = delivery.properties
        attempts = headers.attempts(of: properties)
        reason = properties.headers?[RetryHeaders.reason]?.string
        failedAt = properties.headers?[RetryHeaders.failedAt]?.integer.flatMap(UInt64.init(exactly:))
        exchange = properties.headers?[RetryHeaders.exchange]?.string ?? ""
        routingKey = properties.headers?[RetryHeaders.routingKey]?.string ?? queue
    }
}
#endif
