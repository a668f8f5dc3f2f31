#if AMQP
import HobAMQPCore
import HobPolicy
import Logging
import NIOCore
import Synchronization

/// Puts copies of what could not be handled where they belong, and acknowledges the originals.
///
/// The copy is with the broker before the original is acknowledged: a crash in between makes two of one, not none.
final class MessageMover: Sendable {
    /// There is no channel for the handler's answers.
    struct NoChannel: Error {}

    private let service: AMQPConsumerService
    private let loop: any EventLoop
    private let connection: AMQPConnection
    /// A handler's mistake closes the channel it publishes on; copies, and other handlers, have others.
    let answers: AnswerChannels
    private let copies: ReopenedChannel
    private let failures = Mutex(0)
    private static let pace = Backoff(initial: .seconds(1), maximum: .seconds(30), jitter: 0)

    private let givenUp: @Sendable (any Error) -> Void

    /// - Parameter givenUp: called with the error when the connection is over for good.
    init(
        _ service: AMQPConsumerService, on connection: AMQPConnection, _ loop: any EventLoop,
        givenUp: @escaping @Sendable (any Error) -> Void
    ) {
        self.givenUp = givenUp
        self.service = service
        self.loop = loop
        self.connection = connection
        answers = AnswerChannels(connection)
        copies = ReopenedChannel(connection)
    }

    /// A channel for a handler's answers, open but for a moment's accident; it goes back to ``answers``.
    func channelForAnswers() async throws -> AMQPChannel {
        do {
            return try await answers.take()
        } catch {
            if connection.isClosed {
                givenUp(error)
            } else if !Task.isCancelled {
                service.configuration.logger?.error("AMQP handlers of \(service.queue) have no channel: \(error)")
                await pause()
            }
            throw NoChannel()
        }
    }

    /// Moves a message; when that is not possible it goes back to the queue, after a while.
    func move(_ delivery: AMQPDelivery, attempt: Int, reason: String, to place: String) async {
        service.configuration.logger?.warning(
            "AMQP message could not be handled",
            metadata: [
                "amqp-queue": "\(service.queue)", "amqp-attempt": "\(attempt)", "amqp-moved-to": "\(place)",
                "amqp-reason": "\(reason)",
            ])
        let properties = RetryHeaders(queue: service.queue).failed(
            delivery.properties, exchange: delivery.exchange, routingKey: delivery.routingKey, attempt: attempt,
            reason: reason, now: WallClock.seconds())
        do {
            try await send(AMQPMessage(body: delivery.body, properties: properties), to: place, reason)
            delivery.ack()
            failures.withLock { $0 = 0 }
        } catch {
            if connection.isClosed {
                givenUp(error)
            } else if !Task.isCancelled {
                service.configuration.logger?.error("AMQP message could not be moved to \(place): \(error)")
                await pause()
            }
            delivery.nack(requeue: true)
        }
    }

    /// Publishes a copy, if need be without what makes it too large.
    private func send(_ message: AMQPMessage, to place: String, _ reason: String) async throws {
        var message = message
        do {
            return try await publish(message, to: place)
        } catch let error as AMQPError where error.code == .invalidArgument {
            // With our words its headers do not fit into a frame any more.
            message.properties.headers?[RetryHeaders.reason] = nil
        }
        do {
            return try await publish(message, to: place)
        } catch let error as AMQPError where error.code == .invalidArgument {
            // Nor without them. A handler must not take what is left for the message: somebody has to look at it.
            let fitted = FittedHeaders(
                message.properties, reason: reason, frameMax: connection.session.withState { $0.limits.frameMax })
            guard !fitted.dropped.isEmpty else { throw error }
            service.configuration.logger?.error(
                "AMQP message of \(service.queue) is parked: \(FittedHeaders.sentence(fitted.dropped))")
            message.properties = fitted.properties
        }
        try await publish(message, to: AMQPRetryLadder.parkingQueue(of: service.queue))
    }

    private func publish(_ message: AMQPMessage, to place: String) async throws {
        do {
            try await copies.current().publish(message, to: place, mandatory: true)
        } catch let error as AMQPError where error.code == .returned {
            // Somebody has deleted the queue.
            let channel = try await connection.openChannel()
            try await service.retries.declare(for: service.queue, on: channel)
            try await copies.current().publish(message, to: place, mandatory: true)
        }
    }

    /// What cannot be moved would come again at once, and again: the place is held for a while.
    private func pause() async {
        let count = failures.withLock { count in
            count += 1
            return count
        }
        let timer = loop.scheduleTask(in: TimeAmount(clamping: Self.pace.plainDelay(afterFailures: count + 1))) {}
        await withTaskCancellationHandler {
            // Cancelled or not, it has ended.
            _ = try? await timer.futureResult.get()
        } onCancel: {
            timer.cancel()
        }
    }
}
#endif
