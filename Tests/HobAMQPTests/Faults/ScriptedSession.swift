import HobAMQP
import HobSystem
import Synchronization

/// What a publisher and consumer do in one life: connect, open a channel, declare, publish three, consume, acknowledge,
/// close; the same bytes each time, but for what the broker adds.
///
/// A call that fails with its connection is made again, as an application would: all of these may be done twice.
struct ScriptedSession: Sendable {
    /// The bodies, which are the message ids, too.
    static let bodies = ["one", "two", "three"]

    /// The queue.
    let queue: String
    /// So long a call may take, and so many seconds a sign of life.
    var callTimeout = Duration.seconds(20)
    var heartbeat: UInt16 = 1

    private var configuration: AMQPConfiguration {
        var configuration = AMQPConfiguration()
        configuration.name = "a scripted session"
        configuration.heartbeat = heartbeat
        configuration.connectionTimeout = .seconds(2)
        configuration.callTimeout = callTimeout
        configuration.recovery.persistsAtStart = true
        configuration.recovery.backoff = Backoff(
            initial: .milliseconds(10), maximum: .milliseconds(100), resetAfter: .milliseconds(100))
        return configuration
    }

    /// Runs it.
    ///
    /// - Returns: what was confirmed, and what came.
    /// - Throws: `AMQPError` when a call fails for another reason than its connection.
    func run(_ url: String) async throws -> (confirmed: Set<String>, received: Set<String>) {
        let connection = try await AMQPConnection.connect(to: url, configuration: configuration)
        let channel = try await again { try await connection.openChannel() }
        _ = try await again { try await channel.declareQueue(queue, durable: false) }
        let confirmed = try await withThrowingTaskGroup(of: String.self) { group in
            for body in Self.bodies {
                group.addTask {
                    try await again {
                        var message = AMQPMessage(body)
                        message.properties.messageID = body
                        try await channel.publish(message, to: queue)
                    }
                    return body
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        let consumer = try await again { try await channel.consume(queue, prefetch: 10, tag: "c") }
        var received: Set<String> = []
        for try await delivery in consumer {
            received.insert(delivery.text)
            delivery.ack()
            if received.isSuperset(of: confirmed) { break }
        }
        await connection.close()
        return (confirmed, received)
    }

    private func again<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        for _ in 0..<20 {
            do {
                return try await body()
            } catch let error as AMQPError where error.code == .connectionLost || error.code == .timedOut { continue }
        }
        return try await body()
    }
}
