#if AMQP
import HobAMQPCore
import HobPolicy

/// Publishes messages one behind the other, of which so many may be unconfirmed at once: ten to a hundred times as many
/// a second as by waiting for each.
///
///     let publisher = channel.publisher(window: 500)
///     for order in orders { try await publisher.publish(AMQPMessage(order), to: "orders") }
///     try await publisher.drain()        // all of them are with the broker now, or this throws
public final class AMQPPublisher: Sendable {
    private let channel: AMQPChannel
    private let id: UInt64

    init(_ channel: AMQPChannel, window: Int) {
        self.channel = channel
        let id = channel.session.nextID()
        self.id = id
        channel.session.withState { $0.pipelines[id] = PipelineRecord(window: max(1, window)) }
    }

    deinit {
        let id = id
        channel.session.withState { $0.pipelines[id] = nil }
    }

    /// How many messages are not confirmed yet.
    public var unconfirmedCount: Int { channel.session.withState { $0.pipelines[id]?.inFlight ?? 0 } }

    /// How many messages have failed since the last ``drain(timeout:)`` that threw.
    public var failureCount: Int { channel.session.withState { $0.pipelines[id]?.failures ?? 0 } }

    /// Publishes a message; waits only while the window is full.
    ///
    /// - Parameters:
    ///   - message: the message; without a message id it is given one.
    ///   - routingKey: the routing key; with the default exchange, the name of a queue.
    ///   - exchange: the exchange; the default one is empty.
    ///   - mandatory: whether it is an error when no queue takes the message.
    /// - Throws: ``AMQPError`` when the channel is closed, or the broker confirms nothing for the configuration's
    ///   `callTimeout`; `CancellationError`. What becomes of the message is told by ``drain(timeout:)``.
    public func publish(
        _ message: AMQPMessage, to routingKey: String, exchange: String = "", mandatory: Bool = false
    ) async throws {
        let session = channel.session
        guard channel.usesConfirms else {
            return try await channel.publish(message, to: routingKey, exchange: exchange, mandatory: mandatory)
        }
        let deadline = SessionState.now() + session.settings.callTimeout
        let outgoing = Outgoing(
            id: id, exchange: exchange, routingKey: routingKey, isMandatory: mandatory, message: message,
            completion: .pipeline(id), deadline: deadline)
        while try !session.withState({ state throws(AMQPError) in try send(outgoing, &state) }) {
            try await session.wait { (state, waiterID, continuation: CheckedContinuation<Void, any Error>) in
                guard let pipeline = state.pipelines[id], pipeline.inFlight >= pipeline.window else {
                    return state.effects.append(.resume(continuation, state.refusal))
                }
                state.pipelines[id]?.waitingForSpace.append(
                    .init(id: waiterID, continuation: continuation, deadline: deadline))
                state.arm(deadline)
            }
        }
    }

    private func send(_ outgoing: Outgoing, _ state: inout SessionState) throws(AMQPError) -> Bool {
        guard let pipeline = state.pipelines[id], pipeline.inFlight < pipeline.window else { return false }
        try state.publish(outgoing, on: channel.reference)
        state.pipelines[id]?.inFlight += 1
        return true
    }

    /// Waits until every message is confirmed.
    ///
    /// - Parameter timeout: how long to wait; nil is the configuration's `callTimeout`.
    /// - Throws: the error of the first message that failed since the last time; ``AMQPError/Code/timedOut``;
    ///   `CancellationError`.
    public func drain(timeout: Duration? = nil) async throws {
        let session = channel.session
        let deadline = SessionState.now() + (timeout ?? session.settings.callTimeout)
        try await session.wait { (state, waiterID, continuation: CheckedContinuation<Void, any Error>) in
            guard let pipeline = state.pipelines[id], pipeline.inFlight > 0 else {
                return state.effects.append(.resume(continuation, nil))
            }
            state.pipelines[id]?.waitingForAll.append(
                .init(id: waiterID, continuation: continuation, deadline: deadline))
            state.arm(deadline)
        }
        let error = session.withState { state in
            defer {
                state.pipelines[id]?.firstError = nil
                state.pipelines[id]?.failures = 0
            }
            return state.pipelines[id]?.firstError
        }
        if let error { throw error }
    }
}
#endif
