#if AMQP
import HobAMQPCore
import HobPolicy

/// Publishing.
extension AMQPChannel {
    /// Publishes a message, and returns when the broker has it: on disk, for a persistent message in a durable queue.
    ///
    /// While the connection is made again, or the broker takes no messages, it waits. When it throws
    /// ``AMQPError/Code/timedOut`` or ``AMQPError/Code/connectionLost``, the broker may or may not have the message. On
    /// a channel without confirms it returns when the message is written, and what happens to it then nobody knows; while
    /// nothing can be written there it throws ``AMQPError/Code/connectionLost`` at once.
    ///
    /// - Parameters:
    ///   - message: the message; without a message id it is given one.
    ///   - routingKey: the routing key; with the default exchange, the name of a queue.
    ///   - exchange: the exchange; the default one is empty.
    ///   - mandatory: whether it is an error when no queue takes the message; else it is dropped in silence.
    ///   - timeout: how long to wait for the confirm; nil is the configuration's `callTimeout`.
    /// - Throws: ``AMQPError``: ``AMQPError/Code/returned`` when it was mandatory and no queue took it,
    ///   ``AMQPError/Code/notTaken`` when the broker could not take it, ``AMQPError/Code/channelClosed`` when the
    ///   exchange is not there; `CancellationError`.
    public func publish(
        _ message: AMQPMessage, to routingKey: String, exchange: String = "", mandatory: Bool = false,
        timeout: Duration? = nil
    ) async throws {
        guard usesConfirms else {
            return try await publishUnconfirmed(message, routingKey, exchange, mandatory, timeout)
        }
        let deadline = SessionState.now() + (timeout ?? session.settings.callTimeout)
        try await session.wait { (state, id, continuation: CheckedContinuation<Void, any Error>) in
            let outgoing = Outgoing(
                id: id, exchange: exchange, routingKey: routingKey, isMandatory: mandatory, message: message,
                completion: .caller(continuation), deadline: deadline)
            do throws(AMQPError) {
                try state.publish(outgoing, on: reference)
            } catch {
                state.effects.append(.resume(continuation, error))
            }
        }
    }

    /// Publishes messages to a queue in their order, one behind the other, and waits for all.
    ///
    /// - Returns: what went wrong with each; nil where the broker has it.
    func publishInOrder(_ messages: [AMQPMessage], to queue: String) async -> [AMQPError?] {
        guard !messages.isEmpty else { return [] }
        let deadline = SessionState.now() + session.settings.callTimeout
        // Nobody's cancellation makes this wait shorter: it ends by the deadline.
        return await withCheckedContinuation { continuation in
            let gathering = GatheredConfirms(messages.count) { continuation.resume(returning: $0) }
            session.withState { state in
                for (index, message) in messages.enumerated() {
                    let outgoing = Outgoing(
                        id: state.nextID(), exchange: "", routingKey: queue, isMandatory: true, message: message,
                        completion: .handler { gathering.note($0, at: index) }, deadline: deadline)
                    do throws(AMQPError) {
                        try state.publish(outgoing, on: reference)
                    } catch {
                        state.effects.append(.call({ gathering.note($0, at: index) }, error))
                    }
                }
            }
        }
    }

    /// The socket takes it, or it waits: what is published faster than the broker reads does not gather for ever.
    private func publishUnconfirmed(
        _ message: AMQPMessage, _ routingKey: String, _ exchange: String, _ mandatory: Bool, _ timeout: Duration?
    ) async throws {
        let deadline = SessionState.now() + (timeout ?? session.settings.callTimeout)
        try await session.wait { (state, id, continuation: CheckedContinuation<Void, any Error>) in
            let outgoing = Outgoing(
                id: id, exchange: exchange, routingKey: routingKey, isMandatory: mandatory, message: message,
                completion: .caller(continuation), deadline: deadline)
            do throws(AMQPError) {
                try state.publishUnconfirmed(outgoing, on: reference)
            } catch {
                return state.effects.append(.resume(continuation, error))
            }
            guard state.out.count > 1 << 20 else { return state.effects.append(.resume(continuation, nil)) }
            state.spaceWaiters.append(.init(id: id, continuation: continuation, deadline: deadline))
            state.arm(deadline)
        }
    }

    /// Publishes many messages without waiting for each.
    ///
    /// - Parameter window: how many may be unconfirmed at once.
    /// - Returns: what publishes them.
    public func publisher(window: Int = 500) -> AMQPPublisher {
        AMQPPublisher(self, window: window)
    }
}
#endif
