/// An exchange as it was declared.
package struct ExchangeDeclaration: Hashable, Sendable {
    /// Its name.
    package var name: String
    /// `direct`, `fanout`, `topic`, `headers`, or a plug-in's.
    package var type: String
    /// Whether it survives a restart of the broker.
    package var isDurable: Bool
    /// Whether it goes with its last binding.
    package var autoDeletes: Bool
    /// Whether only other exchanges may publish to it.
    package var isInternal: Bool
    /// What else was asked for.
    package var arguments: AMQPTable

    /// A declaration.
    package init(
        name: String, type: String, isDurable: Bool = true, autoDeletes: Bool = false, isInternal: Bool = false,
        arguments: AMQPTable = [:]
    ) {
        self.name = name
        self.type = type
        self.isDurable = isDurable
        self.autoDeletes = autoDeletes
        self.isInternal = isInternal
        self.arguments = arguments
    }

    /// The method that declares it.
    package var method: Method {
        .exchange(
            .declare(
                exchange: name, type: type, durable: isDurable, autoDelete: autoDeletes, internal: isInternal,
                arguments: arguments))
    }
}

/// A queue as it was declared.
package struct QueueDeclaration: Hashable, Sendable {
    /// Its name, as the server knows it.
    package var name: String
    /// Whether the server chose the name: it chooses another the next time.
    package var isServerNamed: Bool
    /// Whether it survives a restart of the broker.
    package var isDurable: Bool
    /// Whether it belongs to this connection and goes with it.
    package var isExclusive: Bool
    /// Whether it goes with its last consumer.
    package var autoDeletes: Bool
    /// What else was asked for.
    package var arguments: AMQPTable

    /// A declaration.
    package init(
        name: String, isServerNamed: Bool = false, isDurable: Bool = true, isExclusive: Bool = false,
        autoDeletes: Bool = false, arguments: AMQPTable = [:]
    ) {
        self.name = name
        self.isServerNamed = isServerNamed
        self.isDurable = isDurable
        self.isExclusive = isExclusive
        self.autoDeletes = autoDeletes
        self.arguments = arguments
    }

    /// The method that declares it.
    package var method: Method {
        .queue(
            .declare(
                queue: isServerNamed ? "" : name, durable: isDurable, exclusive: isExclusive,
                autoDelete: autoDeletes, arguments: arguments))
    }
}

/// A binding of a queue, or of an exchange, to an exchange.
package struct Binding: Hashable, Sendable {
    /// What messages are routed to.
    package enum Destination: Hashable, Sendable {
        /// A queue of this name.
        case queue(String)
        /// An exchange of this name.
        case exchange(String)
    }

    /// The exchange that routes.
    package var source: String
    /// What it routes to.
    package var destination: Destination
    /// By which key.
    package var routingKey: String
    /// By which headers, and what else was asked for.
    package var arguments: AMQPTable

    /// A binding.
    package init(source: String, destination: Destination, routingKey: String, arguments: AMQPTable = [:]) {
        self.source = source
        self.destination = destination
        self.routingKey = routingKey
        self.arguments = arguments
    }

    /// The method that binds.
    package var method: Method {
        switch destination {
        case .queue(let queue):
            .queue(.bind(queue: queue, exchange: source, routingKey: routingKey, arguments: arguments))
        case .exchange(let exchange):
            .exchange(
                .bind(destination: exchange, source: source, routingKey: routingKey, arguments: arguments))
        }
    }
}
