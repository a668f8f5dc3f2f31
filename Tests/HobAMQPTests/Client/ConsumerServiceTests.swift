import BrokerKit
import HobAMQP
import HobSystem
import Logging
import ServiceLifecycle
import Synchronization
import Testing

/// A consumer as a daemon.
@Suite(.ownThread) struct ConsumerServiceTests {
    private let host: VirtualHost

    init() throws {
        host = try VirtualHost(on: .shared())
    }

    private final class Log: Sendable {
        let entries = Mutex<[String]>([])
        let active = Mutex((now: 0, most: 0))

        func add(_ text: String) { entries.withLock { $0.append(text) } }
        func count(_ text: String) -> Int { entries.withLock { $0.filter { $0 == text }.count } }

        func begin() {
            active.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
        }

        func end() { active.withLock { $0.now -= 1 } }
    }

    private struct Failure: Error {}

    /// Runs the service while the body lasts, then stops it gracefully.
    private func running(
        _ service: AMQPConsumerService, _ body: (AMQPConnection) async throws -> Void
    ) async throws {
        let group = ServiceGroup(services: [service], logger: Logger(label: "test"))
        let task = Task { try await group.run() }
        let connection = try await AMQPConnection.connect(to: host.url)
        let channel = try await connection.openChannel()
        try await eventually {
            (try? await connection.openChannel().queueStatus(service.queue).consumerCount) == 1
        }
        try await body(connection)
        await group.triggerGracefulShutdown()
        try await task.value
        try await channel.close()
        await connection.close()
    }

    private func service(
        attempts: Int = 3, concurrency: Int = 4, timeout: Duration = .seconds(30),
        _ handler: @escaping AMQPConsumerService.Handler
    ) throws -> AMQPConsumerService {
        AMQPConsumerService(
            queue: "work", url: try AMQPURL(host.url), concurrency: concurrency, timeout: timeout,
            retries: AMQPRetryLadder(delays: [.milliseconds(100), .milliseconds(200)], attempts: attempts),
            handler: handler)
    }

    @Test func `row 19: so many at once, acknowledged after success, and a stop leaves nothing half done`() async throws
    {
        let log = Log()
        let service = try service { delivery, context in
            log.begin()
            defer { log.end() }
            try await Task.sleep(for: .milliseconds(5))
            #expect(context.attempt == 1)
            log.add(delivery.text)
        }
        try await running(service) { connection in
            let channel = try await connection.openChannel()
            let publisher = channel.publisher()
            for number in 0..<100 { try await publisher.publish(AMQPMessage("\(number)"), to: "work") }
            try await publisher.drain()
            try await eventually { log.entries.withLock { $0.count } == 100 }
        }
        #expect(log.active.withLock { $0.most } <= 4)
        #expect(log.active.withLock { $0.now } == 0)
        let connection = try await AMQPConnection.connect(to: host.url)
        #expect(try await connection.openChannel().queueStatus("work").messageCount == 0)
        await connection.close()
    }

    @Test func `row 18: failures climb the ladder, are parked, and come back by the re-drive`() async throws {
        let log = Log()
        let works = Mutex(false)
        let service = try service { delivery, context in
            log.add("\(context.attempt)")
            if works.withLock({ !$0 }) { throw Failure() }
            log.add("done \(delivery.text)")
        }
        try await running(service) { connection in
            let channel = try await connection.openChannel()
            try await channel.publish(AMQPMessage("x"), to: "work")
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            #expect(log.entries.withLock { $0 } == ["1", "2", "3"])
            let parked = try #require(try await channel.get("work.parked"))
            #expect(AMQPRetryLadder.attempts(of: parked.properties) == 3)
            #expect(parked.properties.headers?[AMQPRetryLadder.reasonHeader]?.string?.contains("Failure") == true)
            #expect(parked.properties.headers?["x-death"] != nil)
            parked.nack(requeue: true)
            works.withLock { $0 = true }
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            #expect(try await AMQPConsumerService.redrive(queue: "work", on: connection) == 1)
            try await eventually { log.count("done x") == 1 }
            #expect(log.count("1") == 2)
        }
    }

    @Test func `what is rejected is parked at once`() async throws {
        let log = Log()
        let service = try service { delivery, _ in
            log.add(delivery.text)
            throw AMQPRejection("nonsense")
        }
        try await running(service) { connection in
            let channel = try await connection.openChannel()
            try await channel.publish(AMQPMessage("x"), to: "work")
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            #expect(log.count("x") == 1)
        }
    }

    @Test func `a handler that takes too long is cancelled, and its message tried again`() async throws {
        let log = Log()
        let service = try service(timeout: .milliseconds(200)) { _, context in
            log.add("\(context.attempt)")
            if context.attempt == 1 { try await Task.sleep(for: .seconds(600)) }
            log.add("done")
        }
        try await running(service) { connection in
            let channel = try await connection.openChannel()
            try await channel.publish(AMQPMessage("x"), to: "work")
            try await eventually { log.count("done") == 1 }
            #expect(log.entries.withLock { $0 } == ["1", "2", "done"])
        }
    }

    @Test func `a stop cancels handlers at its deadline, and their messages are in the queue again`() async throws {
        let log = Log()
        var service = try service { _, _ in
            log.add("begun")
            try await Task.sleep(for: .seconds(600))
        }
        service.drainTimeout = .milliseconds(200)
        try await running(service) { connection in
            try await connection.openChannel().publish(AMQPMessage("x"), to: "work")
            try await eventually { log.count("begun") == 1 }
        }
        let connection = try await AMQPConnection.connect(to: host.url)
        let channel = try await connection.openChannel()
        try await eventually { try await channel.queueStatus("work").messageCount == 1 }
        #expect(try await channel.get("work", noAck: true)?.isRedelivered == true)
        await connection.close()
    }

    @Test func `answers go by the context's channel`() async throws {
        let service = try service { delivery, context in
            guard let replyTo = delivery.properties.replyTo else { throw AMQPRejection("nobody asks") }
            var answer = AMQPMessage("answer to \(delivery.text)")
            answer.properties.correlationID = delivery.properties.correlationID
            try await context.channel.publish(answer, to: replyTo)
        }
        try await running(service) { connection in
            let channel = try await connection.openChannel()
            let answers = try await channel.declareQueue(exclusive: true).name
            var question = AMQPMessage("question")
            question.properties.replyTo = answers
            question.properties.correlationID = "7"
            try await channel.publish(question, to: "work")
            var iterator = try await channel.consume(answers).makeAsyncIterator()
            let answer = try #require(try await iterator.next())
            #expect(answer.text == "answer to question" && answer.properties.correlationID == "7")
        }
    }
}
