#if AMQP
public import HobAMQPCore

/// A message to publish: a body and what it says about itself.
///
///     var message = AMQPMessage("order 17 paid")
///     message.properties.headers = ["region": "eu"]
public struct AMQPMessage: Hashable, Sendable {
    /// The body.
    public var body: [UInt8]
    /// What the message says about itself.
    public var properties: AMQPProperties

    /// A message of bytes.
    ///
    /// - Parameters:
    ///   - body: the body; it may be empty.
    ///   - properties: by default the message is persistent: a durable queue keeps it through a restart of the broker.
    public init(body: [UInt8], properties: AMQPProperties = .persistent) {
        self.body = body
        self.properties = properties
    }

    /// A message of text, in UTF-8.
    ///
    /// - Parameters:
    ///   - text: the body.
    ///   - properties: by default the message is persistent: a durable queue keeps it through a restart of the broker.
    public init(_ text: String, properties: AMQPProperties = .persistent) {
        self.init(body: Array(text.utf8), properties: properties)
    }
}

extension AMQPProperties {
    /// Properties of which only the delivery mode is set, to persistent.
    public static let persistent: AMQPProperties = {
        var properties = AMQPProperties()
        properties.deliveryMode = .persistent
        return properties
    }()
}
#endif
