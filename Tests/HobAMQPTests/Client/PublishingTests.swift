import BrokerKit
import HobAMQP
import HobSystem
import Testing

/// Publishing to a real broker.
@Suite(.ownThread) struct PublishingTests {
    private let host: VirtualHost

    init() throws {
        host = try VirtualHost(on: .shared())
    }

    private func with(
        _ configuration: AMQPConfiguration = AMQPConfiguration(), _ body: (AMQPConnection) async throws -> Void
    ) async throws {
        try await AMQPConnection.withConnection(to: AMQPURL(host.url), configuration: configuration, body)
    }

    @Test func `a published message is there when publish returns, with everything it says about itself`() async throws
    {
        try await with { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("q")
            var message = AMQPMessage("grüß Gott")
            message.properties.contentType = "text/plain"
            message.properties.headers = ["n": 5, "nested": ["list": [true, "x"]], "when": .timestamp(7)]
            message.properties.priority = 3
            message.properties.correlationID = "c"
            message.properties.replyTo = "r"
            message.properties.expiration = "60000"
            message.properties.messageID = "m"
            message.properties.timestamp = 1_700_000_000
            message.properties.type = "t"
            message.properties.userID = "guest"
            message.properties.appID = "a"
            try await channel.publish(message, to: "q")
            #expect(try await channel.queueStatus("q").messageCount == 1)
            let delivery = try #require(try await channel.get("q"))
            #expect(delivery.text == "grüß Gott")
            #expect(delivery.properties == message.properties)
            #expect(delivery.routingKey == "q" && delivery.exchange.isEmpty && !delivery.isRedelivered)
            #expect(delivery.remainingCount == 0)
            #expect(delivery.ack() == .sent)
            #expect(delivery.ack() == .settledBefore)
            #expect(try await channel.get("q") == nil)
        }
    }

    @Test(arguments: [0, 1, 131_063, 131_064, 131_065, 1_000_000])
    func `row 17: bodies about the size of a frame come back as they were`(size: Int) async throws {
        try await with { connection in
            let channel = try await connection.openChannel()
            let queue = try await channel.declareQueue(exclusive: true).name
            let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
            try await channel.publish(AMQPMessage(body: body), to: queue)
            try await channel.publish(AMQPMessage(body: body), to: queue)
            #expect(try await channel.get(queue, noAck: true)?.body == body)
            var iterator = try await channel.consume(queue).makeAsyncIterator()
            #expect(try await iterator.next()?.body == body)
        }
    }

    @Test(arguments: [0, 1, 4_087, 4_088, 4_089, 3 * 4_088, 1_000_000])
    func `row 17: with the smallest frames bodies come back as they were, too`(size: Int) async throws {
        try await AMQPConnection.withConnection(to: AMQPURL(host.url + "?frame_max=4096")) { connection in
            let channel = try await connection.openChannel()
            let queue = try await channel.declareQueue(exclusive: true).name
            let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
            try await channel.publish(AMQPMessage(body: body), to: queue)
            try await channel.publish(AMQPMessage(body: body), to: queue)
            #expect(try await channel.get(queue, noAck: true)?.body == body)
            var iterator = try await channel.consume(queue).makeAsyncIterator()
            #expect(try await iterator.next()?.body == body)
        }
    }

    @Test(arguments: ["", "?frame_max=4096"])
    func `row 17: a body of 64 MB comes back as it was`(options: String) async throws {
        try await AMQPConnection.withConnection(to: AMQPURL(host.url + options)) { connection in
            let channel = try await connection.openChannel()
            let queue = try await channel.declareQueue(exclusive: true).name
            var body = [UInt8](repeating: 0x5A, count: 64 << 20)
            for index in stride(from: 0, to: body.count, by: 4_093) { body[index] = UInt8(truncatingIfNeeded: index) }
            try await channel.publish(AMQPMessage(body: body), to: queue, timeout: .seconds(120))
            let got = try #require(try await channel.get(queue))
            #expect(got.body == body)
            got.nack(requeue: true)
            var iterator = try await channel.consume(queue).makeAsyncIterator()
            #expect(try await iterator.next()?.body == body)
        }
    }

    @Test func `a mandatory message that nobody takes is an error, another is not`() async throws {
        try await with { connection in
            let channel = try await connection.openChannel()
            let error = await #expect(throws: AMQPError.self) {
                try await channel.publish(AMQPMessage("x"), to: "nowhere", mandatory: true)
            }
            #expect(error?.code == .returned && error?.replyCode == .noRoute)
            #expect(error?.message.contains("nowhere") == true)
            try await channel.publish(AMQPMessage("x"), to: "nowhere")
        }
    }

    @Test func `a full queue that rejects tells the publisher`() async throws {
        try await with { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue(
                "small", arguments: ["x-max-length": .int32(1), "x-overflow": "reject-publish"])
            try await channel.publish(AMQPMessage("1"), to: "small")
            let error = await #expect(throws: AMQPError.self) {
                for _ in 0..<5 { try await channel.publish(AMQPMessage("2"), to: "small") }
            }
            #expect(error?.code == .notTaken)
        }
    }

    @Test func `an exchange that is not there closes the channel, and the publisher hears why`() async throws {
        try await with { connection in
            let channel = try await connection.openChannel()
            let error = await #expect(throws: AMQPError.self) {
                try await channel.publish(AMQPMessage("x"), to: "k", exchange: "none")
            }
            #expect(error?.code == .channelClosed && error?.replyCode == .notFound)
            #expect(channel.closedBecause?.replyCode == .notFound)
            await #expect(throws: AMQPError.self) { try await channel.declareQueue("q") }
            // The connection and its other channels go on, and the number is free again.
            let other = try await connection.openChannel()
            #expect(other.number == channel.number)
            try await other.declareQueue("q")
        }
    }

    @Test func `many publishers on one channel each get their own answer`() async throws {
        try await with { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("q")
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<300 {
                    group.addTask {
                        do {
                            let key = number % 3 == 0 ? "nowhere" : "q"
                            try await channel.publish(AMQPMessage("\(number)"), to: key, mandatory: true)
                            return number % 3 != 0
                        } catch let error as AMQPError {
                            return number % 3 == 0 && error.code == .returned
                        }
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
            #expect(try await channel.queueStatus("q").messageCount == 200)
        }
    }

    @Test func `a pipeline keeps to its window and its order, and drain tells the first error`() async throws {
        try await with { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("q")
            let publisher = channel.publisher(window: 10)
            for number in 0..<500 {
                try await publisher.publish(AMQPMessage("\(number)"), to: "q")
                #expect(publisher.unconfirmedCount <= 10)
            }
            try await publisher.drain()
            #expect(publisher.unconfirmedCount == 0)
            let consumer = try await channel.consume("q", noAck: true)
            var next = 0
            for try await delivery in consumer {
                #expect(delivery.text == "\(next)")
                next += 1
                if next == 500 { break }
            }
            try await publisher.publish(AMQPMessage("x"), to: "nowhere", mandatory: true)
            let error = await #expect(throws: AMQPError.self) { try await publisher.drain() }
            #expect(error?.code == .returned)
            try await publisher.drain()
        }
    }

    @Test func `without confirms a message arrives all the same`() async throws {
        try await with { connection in
            let channel = try await connection.openChannel(confirms: false)
            let queue = try await channel.declareQueue(exclusive: true).name
            for number in 0..<2_000 { try await channel.publish(AMQPMessage("\(number)"), to: queue) }
            let consumer = try await channel.consume(queue)
            var count = 0
            for try await delivery in consumer {
                delivery.ack()
                count += 1
                if count == 2_000 { break }
            }
            #expect(count == 2_000)
        }
    }

    @Test func `what does not fit into the protocol is refused, and nothing else suffers`() async throws {
        try await with { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("q")
            let long = String(repeating: "k", count: 256)
            var message = AMQPMessage("x")
            message.properties.headers = ["big": .bytes([UInt8](repeating: 0, count: 200_000))]
            for error in [
                await #expect(throws: AMQPError.self) { try await channel.publish(AMQPMessage("x"), to: long) },
                await #expect(throws: AMQPError.self) { try await channel.publish(message, to: "q") },
                await #expect(throws: AMQPError.self) { try await channel.declareQueue(long) },
            ] { #expect(error?.code == .invalidArgument) }
            try await channel.publish(AMQPMessage("x"), to: "q")
        }
    }

    @Test func `blocked is surfaced: publishes wait, acknowledgements are written`() async throws {
        try await Broker.exclusively { broker in
            let connection = try await AMQPConnection.connect(to: broker.url)
            let channel = try await connection.openChannel()
            let queue = try await channel.declareQueue(exclusive: true).name
            try await channel.publish(AMQPMessage("before"), to: queue)
            let delivery = try #require(try await channel.get(queue))
            try broker.blockPublishers(true)
            defer { try? broker.blockPublishers(false) }
            // The broker blocks a connection at its next message.
            let first = Task { try await channel.publish(AMQPMessage("first"), to: queue) }
            try await eventually { if case .blocked = connection.state { true } else { false } }
            let second = Task { try await channel.publish(AMQPMessage("second"), to: queue) }
            let before = connection.traffic.published
            #expect(delivery.ack() == .sent)
            try broker.blockPublishers(false)
            try await first.value
            try await second.value
            #expect(connection.traffic.published == before + 1)
            #expect(connection.state == .connected)
            await connection.close()
        }
    }
}
