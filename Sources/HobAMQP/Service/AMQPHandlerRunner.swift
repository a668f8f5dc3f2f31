#if AMQP
import HobAMQPCore
import HobPolicy
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// Runs a service's handler over a consumer's messages, so many at once.
final class AMQPHandlerRunner: Sendable {
    private struct DrainTimedOut: Error {}
    private struct Progress {
        var active = 0
        var drain: Scheduled<Void>?
    }

    private let service: AMQPConsumerService
    private let handler: AMQPConsumerService.Handler
    /// For answers, later attempts and parking.
    private let channel: AMQPChannel
    private let loop: any EventLoop
    private let progress = Mutex(Progress())

    init(_ service: AMQPConsumerService, on channel: AMQPChannel, handler: @escaping AMQPConsumerService.Handler) {
        self.service = service
        self.handler = handler
        self.channel = channel
        loop = channel.session.loop
    }

    /// Returns when the consumer has ended as wished and the last handler is done, or has been cancelled at the end of
    /// the drain's time.
    func run(_ consumer: AMQPConsumer) async throws {
        do {
            try await withGracefulShutdownHandler {
                try await withThrowingDiscardingTaskGroup { group in
                    // The prefetch is the bound: the broker sends no more than may be handled at once.
                    for try await delivery in consumer {
                        progress.withLock { $0.active += 1 }
                        group.addTask {
                            await self.handle(delivery)
                            self.handled()
                        }
                    }
                    guard let drain = self.beginDrain() else { return }
                    group.addTask {
                        // Cancelled by the last handler, or it is time.
                        guard (try? await drain.futureResult.get()) != nil else { return }
                        throw DrainTimedOut()
                    }
                }
            } onGracefulShutdown: {
                consumer.cancel()
            }
        } catch is DrainTimedOut {
            service.configuration.logger?.warning(
                "AMQP handlers of \(service.queue) were cancelled: not done within \(service.drainTimeout)")
        }
    }

    private func beginDrain() -> Scheduled<Void>? {
        let timer = loop.scheduleTask(in: .nanoseconds(service.drainTimeout.wholeNanoseconds)) {}
        let isNeeded = progress.withLock { progress in
            progress.drain = timer
            return progress.active > 0
        }
        guard isNeeded else {
            timer.cancel()
            return nil
        }
        return timer
    }

    private func handled() {
        let timer = progress.withLock { progress in
            progress.active -= 1
            return progress.active == 0 ? progress.drain : nil
        }
        timer?.cancel()
    }

    // MARK: One message

    private func handle(_ delivery: AMQPDelivery) async {
        let attempt = AMQPRetryLadder.attempts(of: delivery.properties) + 1
        let context = AMQPHandlerContext(
            attempt: attempt, channel: channel, logger: service.configuration.logger)
        do {
            try await withTimeout {
                try await self.handler(delivery, context)
            } onTimeout: {
                // At once: a handler that does not listen keeps its place, but not its message.
                await self.failed(delivery, attempt, "no end within \(self.service.timeout)")
            }
            // After a timeout it is settled already, and this says so.
            delivery.ack()
        } catch let rejection as AMQPRejection {
            await move(delivery, attempt, rejection.description, to: AMQPRetryLadder.parkingQueue(of: service.queue))
        } catch {
            if Task.isCancelled {
                delivery.nack(requeue: true)
            } else {
                await failed(delivery, attempt, "\(error)")
            }
        }
    }

    /// Runs the body; when the time is up it is cancelled, and what is to be done then is done while it ends.
    private func withTimeout(
        _ body: @escaping @Sendable () async throws -> Void, onTimeout: @escaping @Sendable () async -> Void
    ) async throws {
        let timer = loop.scheduleTask(in: .nanoseconds(service.timeout.wholeNanoseconds)) {}
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                defer { timer.cancel() }
                try await body()
                return true
            }
            group.addTask { (try? await timer.futureResult.get()) == nil }
            let first = try await group.next() ?? true
            guard first else {
                group.cancelAll()
                await onTimeout()
                // Whatever it still says, its time was up.
                while let result = await group.nextResult() { _ = result }
                return
            }
            // Either the body is done, or the timer was cancelled by its end.
            _ = try await group.next()
        }
    }

    private func failed(_ delivery: AMQPDelivery, _ attempt: Int, _ reason: String) async {
        await move(
            delivery, attempt, reason, to: service.retries.place(of: service.queue, afterAttempt: attempt))
    }

    /// The copy is with the broker before the original is acknowledged: a crash in between makes two of one, not none.
    private func move(_ delivery: AMQPDelivery, _ attempt: Int, _ reason: String, to queue: String) async {
        var properties = delivery.properties
        var headers = properties.headers ?? [:]
        headers[AMQPRetryLadder.attemptsHeader] = .int64(Int64(attempt))
        headers[AMQPRetryLadder.reasonHeader] = .string(String(reason.prefix(1_000)))
        properties.headers = headers
        service.configuration.logger?.warning(
            "AMQP message could not be handled",
            metadata: [
                "amqp-queue": "\(service.queue)", "amqp-attempt": "\(attempt)", "amqp-moved-to": "\(queue)",
                "amqp-reason": "\(reason)",
            ])
        do {
            try await channel.publish(
                AMQPMessage(body: delivery.body, properties: properties), to: queue, mandatory: true)
            delivery.ack()
        } catch {
            service.configuration.logger?.error("AMQP message could not be moved to \(queue): \(error)")
            delivery.nack(requeue: true)
        }
    }
}
#endif
