#if AMQP
import HobAMQPCore

/// The messages of a queue that its ``AMQPConsumerService`` has given up: to look at, to put back, to throw away.
///
///     let parking = AMQPParking(of: "orders", on: connection)
///     for message in try await parking.messages(limit: 5) { print(message.reason ?? "", message.attempts) }
///     try await parking.redrive()
///
/// `hob amqp` does the same on the command line.
public struct AMQPParking: Sendable {
    /// The queue that the messages belong to.
    public let queue: String
    private let connection: AMQPConnection

    /// The parked messages of a queue.
    ///
    /// - Parameters:
    ///   - queue: the queue that they belong to, not the parking queue itself.
    ///   - connection: the connection to use; one without recovery tells at once when it breaks.
    public init(of queue: String, on connection: AMQPConnection) {
        self.queue = queue
        self.connection = connection
    }

    /// The parking queue's own name.
    public var name: String { AMQPRetryLadder.parkingQueue(of: queue) }

    /// How many messages are parked.
    ///
    /// - Throws: ``AMQPError`` with `AMQPReplyCode.notFound` when there is no parking queue.
    public func count() async throws -> Int { try await withChannel { try await count(on: $0) } }

    /// Looks at the first messages. They stay where they are; while it looks, nobody else sees them.
    ///
    /// - Parameters:
    ///   - limit: how many at most.
    ///   - messageIDs: only those with one of these message ids; nil is all.
    /// - Throws: ``AMQPError``; `CancellationError`.
    public func messages(limit: Int, messageIDs: Set<String>? = nil) async throws -> [AMQPParkedMessage] {
        try await withChannel { channel in
            var messages: [AMQPParkedMessage] = []
            var left = try await count(on: channel)
            // What is not settled goes back to its place when the channel closes.
            while left > 0, messages.count < limit, let delivery = try await channel.get(name) {
                left -= 1
                if Self.isMeant(delivery, messageIDs) { messages.append(AMQPParkedMessage(delivery, of: queue)) }
            }
            return messages
        }
    }

    private static func isMeant(_ delivery: AMQPDelivery, _ messageIDs: Set<String>?) -> Bool {
        guard let messageIDs else { return true }
        return delivery.properties.messageID.map(messageIDs.contains) ?? false
    }

    /// Puts messages back into their queue, to be tried as if for the first time.
    ///
    /// Each is parked until the broker has confirmed its copy: whatever happens in between, it may come twice, but is
    /// not lost. The order is kept. A cancelled task stops after the messages that are on their way, fifty at most.
    ///
    /// - Parameters:
    ///   - limit: how many at most; nil is all that are parked now.
    ///   - messageIDs: only those with one of these message ids; nil is all.
    ///   - progress: told, after each, how many have been put back, and its message id.
    /// - Returns: how many were put back.
    /// - Throws: ``AMQPError``, with `AMQPReplyCode.notFound` when one of the queues is not there; `CancellationError`.
    ///   What was not put back stays parked.
    @discardableResult
    public func redrive(
        limit: Int? = nil, messageIDs: Set<String>? = nil, progress: (Int, String?) -> Void = { _, _ in }
    ) async throws -> Int {
        try await withChannel { try await checkQueue(queue, on: $0) }
        let headers = RetryHeaders(queue: queue)
        return try await inBatches(limit, messageIDs, progress) { deliveries, channel in
            await channel.publishInOrder(
                deliveries.map { AMQPMessage(body: $0.body, properties: headers.renewed($0.properties)) }, to: queue)
        }
    }

    /// Throws messages away.
    ///
    /// - Parameters:
    ///   - messageIDs: only those with one of these message ids; nil is all that are parked now.
    ///   - progress: told, after each, how many have gone, and its message id.
    /// - Returns: how many have gone.
    /// - Throws: ``AMQPError``; `CancellationError`.
    @discardableResult
    public func discard(messageIDs: Set<String>?, progress: (Int, String?) -> Void = { _, _ in }) async throws -> Int {
        try await inBatches(nil, messageIDs, progress) { deliveries, _ in deliveries.map { _ in nil } }
    }

    /// Takes messages, some at once; those for which the body says no error are gone then. Others stay, in their order.
    private func inBatches(
        _ limit: Int?, _ messageIDs: Set<String>?, _ progress: (Int, String?) -> Void,
        _ body: ([AMQPDelivery], AMQPChannel) async -> [AMQPError?]
    ) async throws -> Int {
        try await withChannel { channel in
            var left = try await count(on: channel)
            var done = 0
            while left > 0, done < limit ?? .max {
                try Task.checkCancellation()
                var batch: [AMQPDelivery] = []
                while left > 0, batch.count < min(50, (limit ?? .max) - done),
                    let delivery = try await channel.get(name)
                {
                    left -= 1
                    if Self.isMeant(delivery, messageIDs) { batch.append(delivery) }
                }
                // Somebody else has emptied it meanwhile.
                if batch.isEmpty { break }
                let recoveries = connection.traffic.recoveries
                let errors = await body(batch, channel)
                let gone = zip(batch, errors).filter { $0.1 == nil }.map(\.0)
                let isSent = gone.map { $0.ack() == .sent }.allSatisfy { $0 }
                // The answer to a call behind them says that the broker has read the acknowledgements; who has been
                // interrupted wants to know, too.
                if !gone.isEmpty { _ = try await Task { try await count(on: channel) }.value }
                guard isSent, connection.traffic.recoveries == recoveries else {
                    throw AMQPError(
                        .connectionLost,
                        "the connection to \(connection.name) broke meanwhile: \(gone.count) messages of \(name) may still "
                            + "be parked although they were dealt with")
                }
                for delivery in gone {
                    done += 1
                    progress(done, delivery.properties.messageID)
                }
                if let error = errors.lazy.compactMap({ $0 }).first { throw error }
            }
            return done
        }
    }

    // MARK: Channels

    /// A channel of one's own, closed whatever happens: then what is not settled is where it was.
    @discardableResult
    private func withChannel<Result: Sendable>(
        _ body: (AMQPChannel) async throws -> Result
    ) async throws -> Result {
        let channel = try await connection.openChannel()
        do {
            let result = try await body(channel)
            try await channel.close()
            return result
        } catch {
            await Task { try? await channel.close() }.value
            throw error
        }
    }

    @discardableResult
    private func count(on channel: AMQPChannel) async throws -> Int {
        try await checkQueue(name, on: channel)
    }

    @discardableResult
    private func checkQueue(_ queue: String, on channel: AMQPChannel) async throws -> Int {
        do {
            return try await channel.queueStatus(queue).messageCount
        } catch let error as AMQPError where error.replyCode == .notFound {
            let hint =
                queue == name
                ? "an AMQPConsumerService of '\(self.queue)' makes it; is that the consumer's queue, and this its "
                    + "virtual host?"
                : "nothing is put back; declare it, or start its consumer, first"
            throw AMQPError(error.code, "there is no queue '\(queue)': \(hint)", replyCode: .notFound)
        }
    }
}
#endif
