#if AMQP
import HobAMQPCore

/// A message as it came; one object, so that handing it on costs one reference.
final class ReceivedMessage: Sendable {
    let body: [UInt8]
    let properties: AMQPProperties
    let exchange: String
    let routingKey: String
    let isRedelivered: Bool
    let consumerTag: String
    let remainingCount: Int?
    let tag: UInt64
    let generation: UInt64

    /// The same message, published elsewhere.
    init(_ other: ReceivedMessage, exchange: String, routingKey: String) {
        body = other.body
        properties = other.properties
        self.exchange = exchange
        self.routingKey = routingKey
        isRedelivered = other.isRedelivered
        consumerTag = other.consumerTag
        remainingCount = other.remainingCount
        tag = other.tag
        generation = other.generation
    }

    /// - Parameter generation: of the channel that it came on.
    init?(_ content: ContentAssembly.Content, generation: UInt64) {
        switch content.method {
        case .basic(.deliver(let consumerTag, let tag, let redelivered, let exchange, let routingKey)):
            self.consumerTag = consumerTag
            self.tag = tag
            isRedelivered = redelivered
            self.exchange = exchange
            self.routingKey = routingKey
            remainingCount = nil
        case .basic(.getOk(let tag, let redelivered, let exchange, let routingKey, let count)):
            consumerTag = ""
            self.tag = tag
            isRedelivered = redelivered
            self.exchange = exchange
            self.routingKey = routingKey
            remainingCount = Int(count)
        case .basic, .connection, .channel, .exchange, .queue, .confirm: return nil
        }
        body = content.body
        properties = content.properties
        self.generation = generation
    }
}
#endif
