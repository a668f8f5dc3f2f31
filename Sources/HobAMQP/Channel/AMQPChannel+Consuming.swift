#if AMQP
public import HobAMQPCore
public import HobPolicy

/// Consuming.
extension AMQPChannel {
    /// Asks for the messages of a queue, as they come.
    ///
    ///     for try await delivery in try await channel.consume("orders", prefetch: 50) {
    ///         delivery.ack()
    ///     }
    ///
    /// The broker sends `prefetch` messages ahead of acknowledgements and no more: who is slow is sent less. The
    /// consumer is subscribed again when the connection is made again; what it held unsettled comes again, and
    /// acknowledgements of the old ones are not sent.
    ///
    /// - Parameters:
    ///   - queue: the queue.
    ///   - prefetch: how many messages may be unsettled at once; 0 is no limit, and then memory is the limit.
    ///   - noAck: whether the broker forgets messages as it sends them. Then nothing but TCP slows it, and a slow consumer
    ///     slows all that is on its connection.
    ///   - exclusive: whether nobody else may consume the queue.
    ///   - tag: the consumer's name, unique on the connection; nil lets it be chosen.
    ///   - whenCancelled: what to do when the broker ends the consumer, because its queue was deleted, say.
    ///   - arguments: what else is asked for, as `x-priority`.
    /// - Returns: the messages, when the broker has agreed to send them.
    /// - Throws: ``AMQPError``; with `AMQPReplyCode.notFound` when the queue is not there, and the channel is closed.
    public func consume(
        _ queue: String, prefetch: UInt16 = 100, noAck: Bool = false, exclusive: Bool = false, tag: String? = nil,
        whenCancelled: AMQPConsumerCancelPolicy = .end, arguments: AMQPTable = [:]
    ) async throws -> AMQPConsumer {
        let session = session
        let tag = tag ?? "hob-" + String(session.nextID() &- (1 << 63), radix: 36)
        try session.withState { state throws(AMQPError) in
            if let refusal = state.refusal { throw refusal }
            try state.record(reference)
            guard state.consumers[tag] == nil else {
                throw AMQPError(.invalidArgument, "the connection has a consumer '\(tag)' already; take another name")
            }
            try state.check(
                .basic(.consume(queue: queue, consumerTag: tag, noAck: noAck, arguments: arguments)))
            let machine = ConsumerMachine(
                whenCancelled: whenCancelled.policy, backlogLimit: noAck || prefetch == 0 ? 1_000 : nil)
            state.consumers[tag] = ConsumerRecord(
                channel: reference, queue: queue, noAck: noAck, isExclusive: exclusive, prefetch: prefetch,
                arguments: arguments, machine: machine)
        }
        _ = try await session.request(.subscribe(tag), on: reference) { .subscribe(tag, $0) }
        return AMQPConsumer(self, tag: tag, needsAck: !noAck)
    }
}

/// What to do when the broker ends a consumer of its own accord.
public enum AMQPConsumerCancelPolicy: Hashable, Sendable {
    /// The messages end with ``AMQPError/Code/consumerCancelled``.
    case end
    /// The queue is declared again, if this connection declared it, and consumed again, waiting longer each time.
    case resubscribe(Backoff = Backoff(initial: .milliseconds(500), maximum: .seconds(30)))

    var policy: ConsumerMachine.WhenCancelled {
        switch self {
        case .end: .end
        case .resubscribe(let backoff): .resubscribe(backoff)
        }
    }
}
#endif
