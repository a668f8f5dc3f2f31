/// One thing to make again on a new connection.
package enum RecoveryStep: Hashable, Sendable {
    /// Open one of the application's channels again, with what was set on it.
    case channel(UInt16)
    /// Ask for confirms on a channel.
    case confirms(UInt16)
    /// Set how much may be delivered ahead on a channel.
    case prefetch(UInt16)
    /// Open a channel of our own for what follows: an error there closes nobody else's.
    case topologyChannel
    /// Declare an exchange.
    case exchange(ExchangeDeclaration)
    /// Declare a queue.
    case queue(QueueDeclaration)
    /// Bind.
    case binding(Binding)
    /// Close our own channel.
    case closeTopologyChannel
    /// Ask for messages again.
    case consumer(channel: UInt16, tag: String, queue: String)

    /// Whether it is made on our own channel, which the broker closes when it refuses.
    var isTopology: Bool {
        switch self {
        case .exchange, .queue, .binding: true
        case .channel, .confirms, .prefetch, .topologyChannel, .closeTopologyChannel, .consumer: false
        }
    }
}

extension RecoveryStep: CustomStringConvertible {
    /// What is made, in words.
    package var description: String {
        switch self {
        case .channel(let number): "channel \(number)"
        case .confirms(let number): "confirms on channel \(number)"
        case .prefetch(let number): "prefetch of channel \(number)"
        case .topologyChannel: "a channel for declarations"
        case .exchange(let exchange): "exchange '\(exchange.name)'"
        case .queue(let queue): "queue '\(queue.name)'"
        case .binding(let binding): "binding of \(binding.destination) to '\(binding.source)'"
        case .closeTopologyChannel: "the end of the declarations"
        case .consumer(_, let tag, let queue): "consumer '\(tag)' of queue '\(queue)'"
        }
    }
}
