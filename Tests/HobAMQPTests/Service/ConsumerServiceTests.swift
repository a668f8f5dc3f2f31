import BrokerKit
import HobAMQP
import HobSystem
import Synchronization
import Testing

/// A consumer as a daemon.
@Suite(.ownThread) struct ConsumerServiceTests {
    private let host: VirtualHost

    init() throws {
        host = try VirtualHost(on: .shared())
    }

    @Test func `row 19: so many at once, acknowledged after success, and a stop leaves nothing half done`() async throws
    {
        let log = HandlerLog()
        let service = try host.service { delivery, context in
            log.begin()
            defer { log.end() }
            try await Task.sleep(for: .milliseconds(5))
            #expect(context.attempt == 1)
            log.add(delivery.text)
        }
        try await host.running(service) { connection, channel in
            let publisher = channel.publisher()
            for number in 0..<100 { try await publisher.publish(AMQPMessage("\(number)"), to: "work") }
            try await publisher.drain()
            try await eventually { log.entries.count == 100 }
        }
        #expect(log.most <= 4)
        #expect(log.active == 0)
        let connection = try await AMQPConnection.connect(to: host.url)
        #expect(try await connection.openChannel().queueStatus("work").messageCount == 0)
        await connection.close()
    }

    @Test func `row 18: failures climb the ladder, are parked, and come back by the re-drive`() async throws {
        let log = HandlerLog()
        let works = Mutex(false)
        let service = try host.service { delivery, context in
            log.add("\(context.attempt)")
            if works.withLock({ !$0 }) { throw HandlerFailure() }
            log.add("done \(delivery.text)")
        }
        try await host.running(service) { connection, channel in
            try await channel.publish(AMQPMessage("x"), to: "work")
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            #expect(log.entries == ["1", "2", "3"])
            let parked = try #require(try await channel.get("work.parked"))
            #expect(AMQPRetryLadder.attempts(of: parked.properties, in: "work") == 3)
            #expect(
                parked.properties.headers?[AMQPRetryLadder.reasonHeader]?.string?.contains("HandlerFailure") == true)
            #expect(parked.properties.headers?["x-death"] != nil)
            parked.nack(requeue: true)
            works.withLock { $0 = true }
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            #expect(try await AMQPParking(of: "work", on: connection).redrive() == 1)
            try await eventually { log.count("done x") == 1 }
            #expect(log.count("1") == 2)
        }
    }

    @Test func `what is rejected is parked at once`() async throws {
        let log = HandlerLog()
        let service = try host.service { delivery, _ in
            log.add(delivery.text)
            throw AMQPRejection("nonsense")
        }
        try await host.running(service) { connection, channel in
            try await channel.publish(AMQPMessage("x"), to: "work")
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            #expect(log.count("x") == 1)
        }
    }

    @Test func `a handler that takes too long is cancelled, and its message tried again`() async throws {
        let log = HandlerLog()
        let service = try host.service(timeout: .milliseconds(200)) { _, context in
            log.add("\(context.attempt)")
            if context.attempt == 1 { try await Task.sleep(for: .seconds(600)) }
            log.add("done")
        }
        try await host.running(service) { connection, channel in
            try await channel.publish(AMQPMessage("x"), to: "work")
            try await eventually { log.count("done") == 1 }
            #expect(log.entries == ["1", "2", "done"])
        }
    }

    @Test func `a stop cancels handlers at its deadline, and their messages are in the queue again`() async throws {
        let log = HandlerLog()
        var service = try host.service { _, _ in
            log.add("begun")
            try await Task.sleep(for: .seconds(600))
        }
        service.drainTimeout = .milliseconds(200)
        try await host.running(service) { connection, _ in
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
        let service = try host.service { delivery, context in
            guard let replyTo = delivery.properties.replyTo else { throw AMQPRejection("nobody asks") }
            var answer = AMQPMessage("answer to \(delivery.text)")
            answer.properties.correlationID = delivery.properties.correlationID
            try await context.channel.publish(answer, to: replyTo)
        }
        try await host.running(service) { connection, channel in
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
