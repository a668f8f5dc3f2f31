#if AMQP
public import HobAMQPCore

/// Exchanges: where messages are published to, and what they are routed by.
extension AMQPChannel {
    /// Makes an exchange, or checks that it is as described. It is made again with the connection.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - type: how it routes.
    ///   - durable: whether it survives a restart of the broker.
    ///   - autoDelete: whether it goes with its last binding.
    ///   - isInternal: whether only other exchanges may publish to it.
    ///   - arguments: what else is asked for, as `alternate-exchange`.
    /// - Throws: ``AMQPError``; with `AMQPReplyCode.preconditionFailed` when it is there and differs, and the channel
    ///   is closed.
    public func declareExchange(
        _ name: String, type: AMQPExchangeType = .direct, durable: Bool = true, autoDelete: Bool = false,
        isInternal: Bool = false, arguments: AMQPTable = [:]
    ) async throws {
        let exchange = ExchangeDeclaration(
            name: name, type: type.rawValue, isDurable: durable, autoDeletes: autoDelete, isInternal: isInternal,
            arguments: arguments)
        _ = try await method(exchange.method, change: .declaredExchange(exchange))
    }

    /// Checks that an exchange is there.
    ///
    /// - Parameter name: its name.
    /// - Throws: ``AMQPError`` with `AMQPReplyCode.notFound` when it is not, and the channel is closed.
    public func checkExchange(_ name: String) async throws {
        _ = try await method(.exchange(.declare(exchange: name, passive: true)))
    }

    /// Deletes an exchange with its bindings. It is not made again.
    ///
    /// - Parameters:
    ///   - name: its name; one that is not there is fine.
    ///   - ifUnused: whether it must have no bindings.
    /// - Throws: ``AMQPError``; with `AMQPReplyCode.preconditionFailed` when it is in use and should not be.
    public func deleteExchange(_ name: String, ifUnused: Bool = false) async throws {
        _ = try await method(.exchange(.delete(exchange: name, ifUnused: ifUnused)), change: .deletedExchange(name))
    }

    /// Routes what one exchange gets on to another. The binding is made again with the connection.
    ///
    /// - Parameters:
    ///   - destination: the exchange that gets the messages.
    ///   - source: the exchange that routes them.
    ///   - routingKey: by which key.
    ///   - arguments: by which headers.
    /// - Throws: ``AMQPError``; with `AMQPReplyCode.notFound` when one of them is not there.
    public func bindExchange(
        _ destination: String, to source: String, routingKey: String = "", arguments: AMQPTable = [:]
    ) async throws {
        let binding = Binding(
            source: source, destination: .exchange(destination), routingKey: routingKey, arguments: arguments)
        _ = try await method(binding.method, change: .bound(binding))
    }

    /// Takes a binding between exchanges away.
    ///
    /// - Parameters:
    ///   - destination: the exchange that gets the messages.
    ///   - source: the exchange that routes them.
    ///   - routingKey: as it was bound.
    ///   - arguments: as it was bound.
    /// - Throws: ``AMQPError``.
    public func unbindExchange(
        _ destination: String, from source: String, routingKey: String = "", arguments: AMQPTable = [:]
    ) async throws {
        let binding = Binding(
            source: source, destination: .exchange(destination), routingKey: routingKey, arguments: arguments)
        _ = try await method(
            .exchange(
                .unbind(destination: destination, source: source, routingKey: routingKey, arguments: arguments)),
            change: .unbound(binding))
    }
}

/// How an exchange routes.
public struct AMQPExchangeType: RawRepresentable, Hashable, Sendable {
    /// Its name in the protocol.
    public let rawValue: String

    /// A type of this name, for plug-ins.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// To the queues bound with the message's routing key.
    public static let direct = AMQPExchangeType(rawValue: "direct")
    /// To all queues bound to it.
    public static let fanout = AMQPExchangeType(rawValue: "fanout")
    /// To the queues whose pattern (`orders.*.paid`, `orders.#`) fits the routing key.
    public static let topic = AMQPExchangeType(rawValue: "topic")
    /// To the queues whose headers fit the message's.
    public static let headers = AMQPExchangeType(rawValue: "headers")
}
#endif
