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
/// the rest goes back to the queue. While it runs, its ``control`` makes it quiet and changes its concurrency.
public struct AMQPConsumerService: Service {
    /// Handles one message; throwing means that it was not handled, and ``AMQPRejection`` that it never will be.
    ///
    /// The context's channel is there for answers.
    public typealias Handler = @Sendable (AMQPDelivery, AMQPHandlerContext) async throws -> Void

    /// The queue.
    public var queue: String
    /// Where the broker is.
    public var url: AMQPURL
    /// How the connection is made and kept; it is tried until it stands.
    public var configuration: AMQPConfiguration
    /// How many messages are handled at once, until ``control`` says otherwise; it is also the prefetch.
    public var concurrency: Int
    /// How long a handler may take; then its task is cancelled and the attempt has failed.
    public var timeout: Duration
    /// When what failed is tried again.
    public var retries: AMQPRetryLadder
    /// How long a graceful shutdown waits for handlers.
    public var drainTimeout: Duration
    /// How long cancelled handlers have to end before they are left behind; 5 s by default.
    public var cancellationTimeout: Duration = .seconds(5)
    /// What else is asked for of the queue, as `x-queue-type`; nothing by default. For the queues of the ladder there is
    /// ``AMQPRetryLadder/queueArguments``.
    public var queueArguments: AMQPTable = [:]
    /// Makes the running service quiet, lets it go on, and changes its concurrency. Copies of a service share it.
    public let control: AMQPConsumerControl
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
    ///   - control: what it is controlled by while it runs.
    ///   - topology: declares what else is needed, after the queue: exchanges, bindings, queues for answers. It may run
    ///     again when something had to be made anew.
    ///   - handler: handles one message. It is to listen to cancellation; one that does not keeps its place after the
    ///     timeout, so that there are never more than `concurrency`.
    public init(
        queue: String, url: AMQPURL, configuration: AMQPConfiguration = AMQPConfiguration(), concurrency: Int = 10,
        timeout: Duration = .seconds(60), retries: AMQPRetryLadder = AMQPRetryLadder(),
        drainTimeout: Duration = .seconds(20), cancellationTimeout: Duration = .seconds(5),
        control: AMQPConsumerControl = AMQPConsumerControl(),
        topology: @escaping @Sendable (AMQPChannel) async throws -> Void = { _ in }, handler: @escaping Handler
    ) {
        self.queue = queue
        self.url = url
        self.configuration = configuration
        self.concurrency = max(1, concurrency)
        self.timeout = timeout
        self.retries = retries
        self.drainTimeout = drainTimeout
        self.cancellationTimeout = cancellationTimeout
        self.control = control
        self.topology = topology
        self.handler = handler
    }

    /// Consumes until a graceful shutdown or the task's cancellation.
    ///
    /// After a graceful shutdown handlers have ``drainTimeout`` to finish; then they are cancelled, as they are at once
    /// when the task is cancelled, and have ``cancellationTimeout`` to end. Those that do not end are left behind, and
    /// their messages go back to the queue.
    ///
    /// - Throws: what declaring throws when the broker's queues differ from ours, ``AMQPError`` when the user may not
    ///   consume the queue or the connection is given up; a broken connection is made again.
    public func run() async throws {
        try await AMQPConsumerRunner(self, handler: handler).run()
    }

    /// Makes the queue, its ladder, and what else the application needs.
    func declare(on connection: AMQPConnection) async throws {
        if queueArguments["x-overflow"]?.string?.hasPrefix("reject-publish") == true,
            retries.queueArguments["x-dead-letter-strategy"]?.string != "at-least-once"
        {
            configuration.logger?.warning(
                """
                AMQP queue \(queue) rejects what comes while it is full: a message that comes back from the ladder then is \
                lost, unless retries.queueArguments make the ladder of quorum queues that wait (at-least-once)
                """)
        }
        let channel = try await connection.openChannel()
        try await channel.declareAsOurs(queue, queueArguments, setBy: "queueArguments")
        try await retries.declare(for: queue, on: channel)
        try await topology(channel)
        try await channel.close()
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
    /// A channel with confirms, for answers; no other handler uses it meanwhile (beyond half of the connection's channels,
    /// usually about a thousand, they are shared). When a mistake closes it (an exchange that is not there, say), later
    /// handlers have another one. It is not to be used after the handler's end.
    public let channel: AMQPChannel
    /// The connection's logger.
    public let logger: Logger?
}
#endif
