#if AMQP
public import HobAMQPCore
import HobPolicy
import Logging
public import NIOCore
import NIOPosix

/// A connection to a RabbitMQ broker, or to another that speaks AMQP 0-9-1, which is made again when it breaks.
///
///     let connection = try await AMQPConnection.connect(to: "amqp://guest:guest@localhost/%2F")
///     let channel = try await connection.openChannel()
///     try await channel.declareQueue("orders")
///     try await channel.publish(AMQPMessage("order 17"), to: "orders")     // returns when the broker has it
///
///     for try await delivery in try await channel.consume("orders", prefetch: 50) {
///         print(delivery.text)
///         delivery.ack()
///     }
///
/// It is closed with ``close(timeout:)``, or when nobody holds it or one of its channels any more.
public final class AMQPConnection: Sendable {
    let session: Session

    private init(_ session: Session) {
        self.session = session
    }

    deinit {
        // Who lets go of it does not wait; what is on its way goes out.
        session.withState { $0.close(timeout: .seconds(5)) }
    }

    // MARK: Making one

    /// Connects and logs in.
    ///
    /// Waits until the broker has opened the virtual host, or until every host of the URL has failed once; with
    /// ``AMQPRecovery/persistsAtStart`` it goes on trying.
    ///
    /// - Parameters:
    ///   - url: where the broker is and how to log in.
    ///   - configuration: what the URL does not say.
    ///   - group: the event loops of which it uses one; by default those that the process shares.
    /// - Throws: ``AMQPError`` when no connection comes about, with the reason of the last host; `CancellationError`.
    public static func connect(
        to url: AMQPURL, configuration: AMQPConfiguration = AMQPConfiguration(),
        on group: (any EventLoopGroup)? = nil
    ) async throws -> AMQPConnection {
        let settings = try SessionSettings(url, configuration)
        let loop = (group ?? MultiThreadedEventLoopGroup.singleton).next()
        let session = Session(settings, on: loop)
        let connection = AMQPConnection(session)
        try await session.wait { state, id, continuation in
            state.startWaiters[id] = continuation
            state.recoveryEvent(.start)
        }
        return connection
    }

    /// Connects and logs in; as with an `AMQPURL`.
    ///
    /// - Throws: `AMQPURLError` when the text is no such URL, and what the other form throws.
    public static func connect(
        to url: String, configuration: AMQPConfiguration = AMQPConfiguration(), on group: (any EventLoopGroup)? = nil
    ) async throws -> AMQPConnection {
        try await connect(to: AMQPURL(url), configuration: configuration, on: group)
    }

    /// Connects, runs the body and closes, whatever happens in it.
    ///
    /// - Parameters:
    ///   - url: where the broker is and how to log in.
    ///   - configuration: what the URL does not say.
    ///   - body: may use the connection until it returns.
    /// - Throws: what connecting and the body throw.
    public static func withConnection<Result: Sendable>(
        to url: AMQPURL, configuration: AMQPConfiguration = AMQPConfiguration(),
        _ body: (AMQPConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await connect(to: url, configuration: configuration)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    // MARK: Using it

    /// Its name, as the configuration gave it.
    public var name: String { session.settings.name }

    /// Where it stands.
    public var state: AMQPConnectionState { session.withState { $0.state } }

    /// How much has moved since it was made.
    public var traffic: AMQPTraffic { session.withState { $0.traffic } }

    /// Opens a channel: a conversation of its own, cheap, of which each task or each consumer may have one.
    ///
    /// - Parameter confirms: whether the broker confirms each message published on it, which is what ``AMQPChannel``'s
    ///   `publish` waits for. Without, a message is lost when the connection breaks at the wrong moment.
    /// - Returns: the channel, which is opened again by itself when the connection is.
    /// - Throws: ``AMQPError``: the connection is closed, all channels are taken, or the broker does not answer in time.
    public func openChannel(confirms: Bool = true) async throws -> AMQPChannel {
        let reference = try session.withState { state throws(AMQPError) in
            if let refusal = state.refusal { throw refusal }
            guard let reference = state.newChannel(usesConfirms: confirms) else {
                throw AMQPError(
                    .channelClosed, "all \(state.topologyNumber - 1) channels of \(name) are open; close one first")
            }
            return reference
        }
        do {
            _ = try await session.request(.open, on: reference) { .open($0) }
        } catch {
            // Nobody holds it who could ask why it ended.
            session.withState { $0.endedChannels[reference.id] = nil }
            throw error
        }
        return AMQPChannel(self, reference, confirms: confirms)
    }

    /// Tells the broker a new password or token before the old one runs out.
    ///
    /// - Parameters:
    ///   - secret: the new password or token; it is also used when the connection is made again.
    ///   - reason: why, for the broker's log.
    /// - Throws: ``AMQPError`` when the connection breaks before the broker has answered.
    public func updateSecret(_ secret: String, reason: String) async throws {
        let deadline = SessionState.now() + session.settings.callTimeout
        let method = Method.connection(.updateSecret(newSecret: Array(secret.utf8), reason: reason))
        try session.withState { state throws(AMQPError) in try state.check(method) }
        try await session.wait { state, id, continuation in
            if let refusal = state.refusal {
                state.effects.append(.resume(continuation, refusal))
                return
            }
            state.replaceSecret(secret)
            guard state.connection.isOpen else {
                // The next log-in uses it.
                state.effects.append(.resume(continuation, nil))
                return
            }
            state.secretWaiters.append(.init(id: id, continuation: continuation, deadline: deadline))
            state.arm(deadline)
            state.connectionEvent(.updateSecret(Array(secret.utf8), reason: reason))
        }
    }

    /// Closes it: consumers end, what they have not handed out goes back to the queues, what is published may still be
    /// confirmed, then the broker is told.
    ///
    /// - Parameter timeout: how long confirms are waited for; then it is closed all the same.
    public func close(timeout: Duration = .seconds(10)) async {
        // Nobody's cancellation makes this wait shorter: it ends by its deadlines.
        _ = try? await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            session.withState { state in
                if case .over = state.phase {
                    state.effects.append(.resume(continuation, nil))
                    return
                }
                state.closeWaiters.append(continuation)
                state.close(timeout: timeout)
            }
        }
    }
}
#endif
