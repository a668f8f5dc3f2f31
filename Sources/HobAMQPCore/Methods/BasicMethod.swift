// Made by Scripts/generate-amqp-methods of Scripts/amqp-methods.txt; change those.

/// Messages.
package enum BasicMethod: Hashable, Sendable {
    /// How much may be delivered ahead of acknowledgements.
    case qos(prefetchSize: UInt32 = 0, prefetchCount: UInt16 = 0, global: Bool = false)
    /// The limits hold.
    case qosOk
    /// Asks for the messages of a queue.
    case consume(
        queue: String = "", consumerTag: String = "", noLocal: Bool = false, noAck: Bool = false,
        exclusive: Bool = false, noWait: Bool = false, arguments: AMQPTable = [:])
    /// Deliveries will follow under this tag.
    case consumeOk(consumerTag: String = "")
    /// Ends a consumer; the broker says so too when its queue has gone.
    case cancel(consumerTag: String = "", noWait: Bool = false)
    /// The consumer has ended.
    case cancelOk(consumerTag: String = "")
    /// Publishes the message whose content follows.
    case publish(exchange: String = "", routingKey: String = "", mandatory: Bool = false, immediate: Bool = false)
    /// A message that no queue has taken comes back; its content follows.
    case `return`(replyCode: UInt16 = 0, replyText: String = "", exchange: String = "", routingKey: String = "")
    /// A message for a consumer; its content follows.
    case deliver(
        consumerTag: String = "", deliveryTag: UInt64 = 0, redelivered: Bool = false, exchange: String = "",
        routingKey: String = "")
    /// Asks for one message.
    case get(queue: String = "", noAck: Bool = false)
    /// The message asked for; its content follows.
    case getOk(
        deliveryTag: UInt64 = 0, redelivered: Bool = false, exchange: String = "", routingKey: String = "",
        messageCount: UInt32 = 0)
    /// The queue is empty.
    case getEmpty
    /// The message has been dealt with, or, from the broker, taken.
    case ack(deliveryTag: UInt64 = 0, multiple: Bool = false)
    /// The message is refused.
    case reject(deliveryTag: UInt64 = 0, requeue: Bool = false)
    /// Asks for redelivery without waiting for it; deprecated.
    case recoverAsync(requeue: Bool = false)
    /// Asks for redelivery of all that is unacknowledged.
    case recover(requeue: Bool = false)
    /// Redelivery has begun.
    case recoverOk
    /// Messages are refused, or, from the broker, not taken; an extension.
    case nack(deliveryTag: UInt64 = 0, multiple: Bool = false, requeue: Bool = false)

    /// Its class on the wire.
    static let classID: UInt16 = 60

    /// Its number within the class.
    var methodID: UInt16 {
        switch self {
        case .qos: 10
        case .qosOk: 11
        case .consume: 20
        case .consumeOk: 21
        case .cancel: 30
        case .cancelOk: 31
        case .publish: 40
        case .`return`: 50
        case .deliver: 60
        case .get: 70
        case .getOk: 71
        case .getEmpty: 72
        case .ack: 80
        case .reject: 90
        case .recoverAsync: 100
        case .recover: 110
        case .recoverOk: 111
        case .nack: 120
        }
    }

    /// Its name in the protocol.
    var name: String {
        switch self {
        case .qos: "basic.qos"
        case .qosOk: "basic.qos-ok"
        case .consume: "basic.consume"
        case .consumeOk: "basic.consume-ok"
        case .cancel: "basic.cancel"
        case .cancelOk: "basic.cancel-ok"
        case .publish: "basic.publish"
        case .`return`: "basic.return"
        case .deliver: "basic.deliver"
        case .get: "basic.get"
        case .getOk: "basic.get-ok"
        case .getEmpty: "basic.get-empty"
        case .ack: "basic.ack"
        case .reject: "basic.reject"
        case .recoverAsync: "basic.recover-async"
        case .recover: "basic.recover"
        case .recoverOk: "basic.recover-ok"
        case .nack: "basic.nack"
        }
    }

    /// Whether a server may send it.
    var isFromServer: Bool {
        switch self {
        case .qosOk, .consumeOk, .cancel, .cancelOk, .`return`, .deliver, .getOk, .getEmpty, .ack, .recoverOk, .nack:
            true
        case .qos, .consume, .publish, .get, .reject, .recoverAsync, .recover: false
        }
    }
}
