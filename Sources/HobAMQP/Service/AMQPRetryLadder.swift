#if AMQP
public import HobAMQPCore
import HobPolicy

/// When a message that could not be handled is tried again, and what becomes of it at last; on a stock broker, without
/// plug-ins.
///
/// Each step is a queue `NAME.retry.DELAY` in which the message waits until its time is up, when the broker puts it back
/// into the queue it came from. How often it was tried stands in its header `x-hob-attempts`. After the last step it
/// goes to `NAME.parked`, where ``AMQPConsumerService/redrive(queue:on:limit:)`` fetches it back from.
public struct AMQPRetryLadder: Hashable, Sendable {
    /// The delays, one for each attempt after the first; the last one is used again when there are more attempts.
    public var delays: [Duration]
    /// After so many attempts, the first included, the message is parked.
    public var attempts: Int

    /// A ladder.
    ///
    /// - Parameters:
    ///   - delays: by default 1 s, 5 s, 30 s, 2 min, 10 min, 1 h, 6 h.
    ///   - attempts: after so many attempts, the first included, the message is parked; by default 8. 1 parks at the
    ///     first failure.
    public init(
        delays: [Duration] = [1, 5, 30, 120, 600, 3_600, 21_600].map { .seconds($0) }, attempts: Int = 8
    ) {
        self.delays = delays
        self.attempts = attempts
    }

    /// The header that counts attempts.
    public static let attemptsHeader = "x-hob-attempts"
    /// The header that says why the last attempt failed.
    public static let reasonHeader = "x-hob-reason"

    /// How often a message has been tried, the attempt under way not included.
    ///
    /// - Parameter properties: the message's.
    public static func attempts(of properties: AMQPProperties) -> Int {
        max(0, properties.headers?[attemptsHeader]?.integer ?? 0)
    }

    static func parkingQueue(of queue: String) -> String { "\(queue).parked" }

    func retryQueue(of queue: String, _ delay: Duration) -> String { "\(queue).retry.\(milliseconds(delay))" }

    private func milliseconds(_ delay: Duration) -> Int64 { delay.wholeNanoseconds / 1_000_000 }

    /// Where a message goes whose attempt of this number, from 1, has failed.
    func place(of queue: String, afterAttempt attempt: Int) -> String {
        guard attempt < attempts, !delays.isEmpty else { return Self.parkingQueue(of: queue) }
        return retryQueue(of: queue, delays[min(attempt - 1, delays.count - 1)])
    }

    /// The steps' queues, and the one for what is given up.
    func declare(for queue: String, on channel: AMQPChannel) async throws {
        for delay in Set(delays.prefix(max(0, attempts - 1))) {
            try await channel.declareQueue(
                retryQueue(of: queue, delay),
                arguments: [
                    "x-message-ttl": .int64(milliseconds(delay)), "x-dead-letter-exchange": "",
                    "x-dead-letter-routing-key": .string(queue),
                ])
        }
        try await channel.declareQueue(Self.parkingQueue(of: queue))
    }
}
#endif
