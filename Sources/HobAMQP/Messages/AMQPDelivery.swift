#if AMQP
public import HobAMQPCore

/// A message that came from a queue. It is settled once, with ``ack(multiple:)``, ``nack(requeue:multiple:)`` or
/// ``reject(requeue:)``, unless the consumer asked for none; what is never settled is delivered again when the channel
/// closes.
public struct AMQPDelivery: Sendable {
    private let message: ReceivedMessage
    private let channel: AMQPChannel
    private let needsAck: Bool

    init(_ message: ReceivedMessage, on channel: AMQPChannel, needsAck: Bool) {
        self.message = message
        self.channel = channel
        self.needsAck = needsAck
    }

    /// The same message, as it was published at first.
    func published(to exchange: String, _ routingKey: String) -> AMQPDelivery {
        AMQPDelivery(
            ReceivedMessage(message, exchange: exchange, routingKey: routingKey), on: channel, needsAck: needsAck)
    }

    /// The body.
    public var body: [UInt8] { message.body }
    /// What the message says about itself.
    public var properties: AMQPProperties { message.properties }
    /// The exchange it was published to; empty is the default one.
    public var exchange: String { message.exchange }
    /// The routing key it was published with.
    public var routingKey: String { message.routingKey }
    /// Whether it was delivered before, and perhaps dealt with.
    public var isRedelivered: Bool { message.isRedelivered }
    /// The consumer it came for; empty for one that was asked for singly.
    public var consumerTag: String { message.consumerTag }
    /// How many more are in the queue, for one that was asked for singly.
    public var remainingCount: Int? { message.remainingCount }

    /// What became of an acknowledgement.
    public enum Settlement: Hashable, Sendable {
        /// It is on its way to the broker.
        case sent
        /// Nothing was sent: the channel has been opened anew since, and the broker delivers the message again.
        case stale
        /// Nothing was sent: the message has been settled before, or needs no acknowledgement.
        case settledBefore
    }

    /// The body as text; what is not UTF-8 is repaired.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// Says that the message has been dealt with. Returns at once; the acknowledgement goes out in the background.
    ///
    /// - Parameter multiple: whether all deliveries before it on this channel are acknowledged too.
    /// - Returns: whether it is sent.
    @discardableResult
    public func ack(multiple: Bool = false) -> Settlement {
        settle(.ack(deliveryTag: message.tag, multiple: multiple), multiple: multiple)
    }

    /// Says that the message could not be dealt with. Returns at once.
    ///
    /// - Parameters:
    ///   - requeue: whether the broker delivers it again, at once and perhaps to us; else it is dropped or, where the
    ///     queue has one, goes to its dead-letter exchange.
    ///   - multiple: whether all deliveries before it on this channel are refused too.
    /// - Returns: whether it is sent.
    @discardableResult
    public func nack(requeue: Bool, multiple: Bool = false) -> Settlement {
        settle(.nack(deliveryTag: message.tag, multiple: multiple, requeue: requeue), multiple: multiple)
    }

    /// Says that this one message could not be dealt with, in the words of the protocol's first version.
    ///
    /// - Parameter requeue: as for ``nack(requeue:multiple:)``.
    /// - Returns: whether it is sent.
    @discardableResult
    public func reject(requeue: Bool) -> Settlement {
        settle(.reject(deliveryTag: message.tag, requeue: requeue), multiple: false)
    }

    private func settle(_ method: BasicMethod, multiple: Bool) -> Settlement {
        guard needsAck else { return .settledBefore }
        return channel.session.settle(
            method, tag: message.tag, multiple: multiple, generation: message.generation, channel: channel.reference)
    }
}
#endif
