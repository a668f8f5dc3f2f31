#if AMQP
public import HobAMQPCore
import HobPolicy

/// When a message that could not be handled is tried again, and what becomes of it at last; on a stock broker, without
/// plug-ins.
///
/// Each step is a queue `NAME.retry.DELAY` (in milliseconds) in which the message waits until its time is up, when the
/// broker puts it back into the queue it came from. All that wait in one queue wait equally long, so that none waits
/// behind another. How often it was tried stands in its header `x-hob-attempts`, and is checked against what the broker
/// notes in `x-death`. After the last step it goes to `NAME.parked`, where ``AMQPParking`` fetches it back from.
public struct AMQPRetryLadder: Hashable, Sendable {
    /// The delays, one for each attempt after the first; the last one is used again when there are more attempts.
    public var delays: [Duration]
    /// After so many attempts, the first included, the message is parked.
    public var attempts: Int
    /// What else is asked for of the queues of the steps and of the parking queue, as `x-queue-type`.
    public var queueArguments: AMQPTable

    /// A ladder.
    ///
    /// - Parameters:
    ///   - delays: by default 1 s, 5 s, 30 s, 2 min, 10 min, 1 h, 6 h; in whole milliseconds.
    ///   - attempts: after so many attempts, the first included, the message is parked; by default 8. 1 parks at the
    ///     first failure.
    ///   - queueArguments: what else is asked for of the queues of the steps and of the parking queue; nothing by
    ///     default.
    public init(
        delays: [Duration] = [1, 5, 30, 120, 600, 3_600, 21_600].map { .seconds($0) }, attempts: Int = 8,
        queueArguments: AMQPTable = [:]
    ) {
        self.delays = delays
        self.attempts = attempts
        self.queueArguments = queueArguments
    }

    /// The header that counts attempts.
    public static let attemptsHeader = RetryHeaders.attempts
    /// The header that says why the last attempt failed.
    public static let reasonHeader = RetryHeaders.reason
    /// The header that says when the last attempt failed.
    public static let failedAtHeader = RetryHeaders.failedAt

    /// How often a message has been tried, the attempt under way not included: what its header says or what the
    /// broker's `x-death` says of the ladder's queues, whichever is more.
    ///
    /// - Parameters:
    ///   - properties: the message's.
    ///   - queue: the queue whose ladder it is.
    public static func attempts(of properties: AMQPProperties, in queue: String) -> Int {
        RetryHeaders(queue: queue).attempts(of: properties)
    }

    /// The number of the attempt that comes now, from 1; what claims to have been tried too often has its last one.
    func nextAttempt(of properties: AMQPProperties, in queue: String) -> Int {
        min(Self.attempts(of: properties, in: queue), max(1, attempts) - 1) + 1
    }

    static func parkingQueue(of queue: String) -> String { "\(queue).parked" }

    func retryQueue(of queue: String, _ delay: Duration) -> String { "\(queue).retry.\(milliseconds(delay))" }

    private func milliseconds(_ delay: Duration) -> Int64 { max(0, delay.wholeNanoseconds / 1_000_000) }

    /// Where a message goes whose attempt of this number, from 1, has failed.
    func place(of queue: String, afterAttempt attempt: Int) -> String {
        guard attempt < attempts, !delays.isEmpty else { return Self.parkingQueue(of: queue) }
        return retryQueue(of: queue, delays[min(max(1, attempt) - 1, delays.count - 1)])
    }

    /// The steps' queues, and the one for what is given up.
    func declare(for queue: String, on channel: AMQPChannel) async throws {
        for delay in Set(delays.prefix(max(0, attempts - 1)).map(milliseconds)).sorted() {
            var arguments = queueArguments
            arguments["x-message-ttl"] = .int64(delay)
            arguments["x-dead-letter-exchange"] = ""
            arguments["x-dead-letter-routing-key"] = .string(queue)
            try await channel.declareAsOurs(
                retryQueue(of: queue, .milliseconds(delay)), arguments, setBy: "retries.queueArguments")
        }
        try await channel.declareAsOurs(
            Self.parkingQueue(of: queue), queueArguments, setBy: "retries.queueArguments")
    }
}

extension AMQPChannel {
    /// Declares a durable queue of a service; one that is there and differs is an error that says what to do.
    func declareAsOurs(_ queue: String, _ arguments: AMQPTable, setBy property: String) async throws {
        do {
            try await declareQueue(queue, arguments: arguments)
        } catch let error as AMQPError where error.replyCode == .preconditionFailed {
            throw AMQPError(
                error.code,
                "queue '\(queue)' is there already and differs from what this consumer declares: name its arguments "
                    + "in `\(property)`, or delete the queue when it is empty and let it be made anew (\(error.message))",
                replyCode: error.replyCode)
        }
    }
}
#endif
