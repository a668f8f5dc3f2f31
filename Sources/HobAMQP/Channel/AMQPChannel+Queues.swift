#if AMQP
public import HobAMQPCore

/// Queues: where messages wait.
extension AMQPChannel {
    /// Makes a queue, or checks that it is as described. It is made again with the connection.
    ///
    /// - Parameters:
    ///   - name: its name; empty lets the broker choose one, and another one when the connection is made again: calls
    ///     that name the old one mean the new one then.
    ///   - durable: whether it survives a restart of the broker.
    ///   - exclusive: whether it belongs to this connection and goes with it.
    ///   - autoDelete: whether it goes with its last consumer.
    ///   - arguments: what else is asked for, as `x-message-ttl` or `x-queue-type`.
    /// - Returns: the queue's name and how full it is.
    /// - Throws: ``AMQPError``; with `AMQPReplyCode.preconditionFailed` when it is there and differs, and the channel
    ///   is closed.
    @discardableResult
    public func declareQueue(
        _ name: String = "", durable: Bool = true, exclusive: Bool = false, autoDelete: Bool = false,
        arguments: AMQPTable = [:]
    ) async throws -> AMQPQueue {
        let queue = QueueDeclaration(
            name: name, isServerNamed: name.isEmpty, isDurable: durable, isExclusive: exclusive,
            autoDeletes: autoDelete, arguments: arguments)
        return try await AMQPQueue(method(queue.method, change: .declaredQueue(queue)), asked: name)
    }

    /// Tells how full a queue is.
    ///
    /// - Parameter name: its name.
    /// - Throws: ``AMQPError`` with `AMQPReplyCode.notFound` when it is not there, and the channel is closed.
    public func queueStatus(_ name: String) async throws -> AMQPQueue {
        try await AMQPQueue(method(.queue(.declare(queue: name, passive: true))), asked: name)
    }

    /// Deletes a queue with its messages and bindings. It is not made again.
    ///
    /// - Parameters:
    ///   - name: its name; one that is not there is fine.
    ///   - ifUnused: whether it must have no consumers.
    ///   - ifEmpty: whether it must have no messages.
    /// - Returns: how many messages went with it.
    /// - Throws: ``AMQPError``; with `AMQPReplyCode.preconditionFailed` when a condition does not hold.
    @discardableResult
    public func deleteQueue(_ name: String, ifUnused: Bool = false, ifEmpty: Bool = false) async throws -> Int {
        let reply = try await method(
            .queue(.delete(queue: name, ifUnused: ifUnused, ifEmpty: ifEmpty)), change: .deletedQueue(name))
        guard case .queue(.deleteOk(let count)) = reply else { return 0 }
        return Int(count)
    }

    /// Takes all waiting messages out of a queue.
    ///
    /// - Parameter name: its name.
    /// - Returns: how many there were.
    /// - Throws: ``AMQPError``; with `AMQPReplyCode.notFound` when it is not there.
    @discardableResult
    public func purgeQueue(_ name: String) async throws -> Int {
        guard case .queue(.purgeOk(let count)) = try await method(.queue(.purge(queue: name))) else { return 0 }
        return Int(count)
    }

    /// Routes what an exchange gets to a queue. The binding is made again with the connection.
    ///
    /// - Parameters:
    ///   - queue: the queue that gets the messages.
    ///   - exchange: the exchange that routes them.
    ///   - routingKey: by which key.
    ///   - arguments: by which headers.
    /// - Throws: ``AMQPError``; with `AMQPReplyCode.notFound` when one of them is not there.
    public func bindQueue(
        _ queue: String, to exchange: String, routingKey: String = "", arguments: AMQPTable = [:]
    ) async throws {
        let binding = Binding(
            source: exchange, destination: .queue(queue), routingKey: routingKey, arguments: arguments)
        _ = try await method(binding.method, change: .bound(binding))
    }

    /// Takes a binding away.
    ///
    /// - Parameters:
    ///   - queue: the queue that gets the messages.
    ///   - exchange: the exchange that routes them.
    ///   - routingKey: as it was bound.
    ///   - arguments: as it was bound.
    /// - Throws: ``AMQPError``.
    public func unbindQueue(
        _ queue: String, from exchange: String, routingKey: String = "", arguments: AMQPTable = [:]
    ) async throws {
        let binding = Binding(
            source: exchange, destination: .queue(queue), routingKey: routingKey, arguments: arguments)
        _ = try await method(
            .queue(.unbind(queue: queue, exchange: exchange, routingKey: routingKey, arguments: arguments)),
            change: .unbound(binding))
    }

    /// Asks for one message. A consumer is much cheaper for more than a few.
    ///
    /// - Parameters:
    ///   - queue: the queue.
    ///   - noAck: whether the broker forgets the message as it sends it.
    /// - Returns: the message; nil when the queue is empty.
    /// - Throws: ``AMQPError``; with `AMQPReplyCode.notFound` when the queue is not there.
    public func get(_ queue: String, noAck: Bool = false) async throws -> AMQPDelivery? {
        let reply = try await session.call(.basic(.get(queue: queue, noAck: noAck)), on: reference)
        guard case .content(let content, let generation) = reply,
            let message = ReceivedMessage(content, generation: generation)
        else { return nil }
        return AMQPDelivery(message, on: self, needsAck: !noAck)
    }
}

/// A queue as the broker describes it.
public struct AMQPQueue: Hashable, Sendable {
    /// Its name; the broker's, if it chose one.
    public var name: String
    /// How many messages wait to be delivered.
    public var messageCount: Int
    /// How many consumers it has.
    public var consumerCount: Int

    init(_ reply: Method, asked: String) {
        if case .queue(.declareOk(let name, let messages, let consumers)) = reply {
            self.name = name
            messageCount = Int(messages)
            consumerCount = Int(consumers)
        } else {
            name = asked
            messageCount = 0
            consumerCount = 0
        }
    }
}
#endif
