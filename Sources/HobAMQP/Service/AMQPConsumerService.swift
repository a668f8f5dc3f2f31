#if AMQP
public import HobAMQPCore
public import Logging
public import ServiceLifecycle

/// A daemon's consumer: handles the messages of a queue, a bounded number at once, each with a timeout; acknowledges what
/// was handled, tries again later what was not, and parks what never works.
///
///     let orders = AMQPConsumerService(queue: "orders", url: url) { delivery, _ in
///         try await ship(delivery.text)
///     }
///     // A service of ServiceLifecycle: a Hob daemon's `services`, or any ServiceGroup.
///
/// A message is acknowledged after the handler has returned, or after its copy for a later attempt is with the broker:
/// a crash anywhere means that it is handled again, never that it is lost. Whatever breaks between us and the broker is
/// made again. On a graceful shutdown no more messages are taken, those under way are finished within the deadline, and
/// the rest goes back to the queue.
public struct AMQPConsumerService: Service {
    /// Handles one message; throwing means that it was not handled, and ``AMQPRejection`` that it never will be.
    ///
    /// The context's connection is there for answers.
    public typealias Handler = @Sendable (AMQPDelivery, AMQPHandlerContext) async throws -> Void

    /// The queue.
    public var queue: String
    /// Where the broker is.
    public var url: AMQPURL
    /// How the connection is made and kept; it is tried until it stands.
    public var configuration: AMQPConfiguration
    /// How many messages are handled at once; it is also the prefetch.
    public var concurrency: Int
    /// How long a handler may take; then its task is cancelled and the attempt has failed.
    public var timeout: Duration
    /// When what failed is tried again.
    public var retries: AMQPRetryLadder
    /// How long a graceful shutdown waits for handlers.
    public var drainTimeout: Duration
    private let topology: @Sendable (AMQPChannel) async throws -> Void
    private let handler: Handler

    /// A consumer.
    ///
    /// - Parameters:
    ///   - queue: the queue; it is declared, durable, with its retry and parking queues.
    ///   - url: where the broker is.
    ///   - configuration: how the connection is made and kept.
    ///   - concurrency: how many messages are handled at once.
    ///   - timeout: how long a handler may take.
    ///   - retries: when what failed is tried again, and when it is parked.
    ///   - drainTimeout: how long a graceful shutdown waits for handlers.
    ///   - topology: declares what else is needed, after the queue: exchanges, bindings, queues for answers.
    ///   - handler: handles one message.
    public init(
        queue: String, url: AMQPURL, configuration: AMQPConfiguration = AMQPConfiguration(), concurrency: Int = 10,
        timeout: Duration = .seconds(60), retries: AMQPRetryLadder = AMQPRetryLadder(),
        drainTimeout: Duration = .seconds(20),
        topology: @escaping @Sendable (AMQPChannel) async throws -> Void = { _ in }, handler: @escaping Handler
    ) {
        self.queue = queue
        self.url = url
        self.configuration = configuration
        self.concurrency = max(1, concurrency)
        self.timeout = timeout
        self.retries = retries
        self.drainTimeout = drainTimeout
        self.topology = topology
        self.handler = handler
    }

    /// Consumes until a graceful shutdown or the task's cancellation.
    ///
    /// - Throws: what declaring throws when the broker's queues differ from ours; a broken connection is made again.
    public func run() async throws {
        var configuration = configuration
        configuration.recovery.persistsAtStart = true
        let connection = try await AMQPConnection.connect(to: url, configuration: configuration)
        do {
            try await consume(connection)
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    private func consume(_ connection: AMQPConnection) async throws {
        let declaring = try await connection.openChannel()
        try await declaring.declareQueue(queue)
        try await retries.declare(for: queue, on: declaring)
        try await topology(declaring)
        try await declaring.close()
        while true {
            let channel = try await connection.openChannel(confirms: false)
            let runner = try await AMQPHandlerRunner(self, on: connection.openChannel(), handler: handler)
            let consumer = try await channel.consume(
                queue, prefetch: UInt16(clamping: concurrency), whenCancelled: .resubscribe())
            do {
                try await runner.run(consumer)
                return
            } catch let error as AMQPError where error.code == .channelClosed {
                // The broker has closed the channel, for an acknowledgement that came too late, say. The next one is new.
                configuration.logger?.warning("AMQP consumer of \(queue) begins anew: \(error)")
            }
        }
    }

    /// Puts parked messages back into their queue, to be tried as if for the first time.
    ///
    /// - Parameters:
    ///   - queue: the queue whose parked messages are meant.
    ///   - connection: the connection to use.
    ///   - limit: how many at most; nil is all that are parked now.
    /// - Returns: how many were put back.
    /// - Throws: ``AMQPError``; what was not put back stays parked.
    public static func redrive(queue: String, on connection: AMQPConnection, limit: Int? = nil) async throws -> Int {
        let channel = try await connection.openChannel()
        let parked = AMQPRetryLadder.parkingQueue(of: queue)
        let most = try await min(limit ?? .max, channel.queueStatus(parked).messageCount)
        var count = 0
        while count < most, let delivery = try await channel.get(parked) {
            var properties = delivery.properties
            properties.headers?[AMQPRetryLadder.attemptsHeader] = nil
            properties.headers?[AMQPRetryLadder.reasonHeader] = nil
            try await channel.publish(
                AMQPMessage(body: delivery.body, properties: properties), to: queue, mandatory: true)
            delivery.ack()
            count += 1
        }
        try await channel.close()
        return count
    }
}

/// Thrown by a handler: the message is parked at once, for trying again will not help.
public struct AMQPRejection: Error, Hashable, Sendable, CustomStringConvertible {
    /// Why.
    public let description: String

    /// A rejection.
    ///
    /// - Parameter reason: why; it goes with the message.
    public init(_ reason: String) {
        description = reason
    }
}

/// What a handler has at hand.
public struct AMQPHandlerContext: Sendable {
    /// Which attempt it is, from 1.
    public let attempt: Int
    /// A channel with confirms, for answers.
    public let channel: AMQPChannel
    /// The connection's logger.
    public let logger: Logger?
}
#endif
