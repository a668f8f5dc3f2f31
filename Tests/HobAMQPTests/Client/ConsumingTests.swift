import BrokerKit
import HobAMQP
import HobSystem
import Testing

/// Consuming from a real broker.
@Suite(.ownThread) struct ConsumingTests {
    private let host: VirtualHost

    init() throws {
        host = try VirtualHost(on: .shared())
    }

    private func with(_ body: (AMQPConnection, AMQPChannel) async throws -> Void) async throws {
        try await AMQPConnection.withConnection(to: AMQPURL(host.url)) { connection in
            try await body(connection, connection.openChannel())
        }
    }

    private func publish(_ count: Int, _ channel: AMQPChannel, to queue: String) async throws {
        let publisher = channel.publisher()
        for number in 0..<count { try await publisher.publish(AMQPMessage("\(number)"), to: queue) }
        try await publisher.drain()
    }

    @Test func `messages come in order, and acknowledged ones are gone`() async throws {
        try await with { connection, channel in
            try await channel.declareQueue("q")
            try await publish(1_000, channel, to: "q")
            let consumer = try await channel.consume("q", prefetch: 20)
            var next = 0
            for try await delivery in consumer {
                #expect(delivery.text == "\(next)")
                #expect(consumer.backlog <= 20)
                delivery.ack()
                next += 1
                if next == 1_000 { break }
            }
            consumer.cancel()
            try await eventually { try await channel.queueStatus("q").messageCount == 0 }
        }
    }

    @Test func `prefetch is the back-pressure`() async throws {
        try await with { connection, channel in
            try await channel.declareQueue("q")
            try await publish(50, channel, to: "q")
            let consumer = try await channel.consume("q", prefetch: 7)
            try await eventually { consumer.backlog == 7 }
            #expect(try await channel.queueStatus("q").messageCount == 43)
            #expect(consumer.backlog == 7)
        }
    }

    @Test func `refused messages come again or go to the dead-letter exchange`() async throws {
        try await with { connection, channel in
            try await channel.declareQueue("dead")
            try await channel.declareQueue(
                "q", arguments: ["x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"])
            try await channel.publish(AMQPMessage("x"), to: "q")
            let first = try #require(try await channel.get("q"))
            first.nack(requeue: true)
            let second = try #require(try await channel.get("q"))
            #expect(second.isRedelivered)
            second.reject(requeue: false)
            try await eventually { try await channel.queueStatus("dead").messageCount == 1 }
            let dead = try #require(try await channel.get("dead"))
            #expect(dead.properties.headers?["x-death"] != nil)
            dead.ack()
        }
    }

    @Test func `multiple settles all before it`() async throws {
        try await with { connection, channel in
            try await channel.declareQueue("q")
            try await publish(10, channel, to: "q")
            let consumer = try await channel.consume("q")
            var iterator = consumer.makeAsyncIterator()
            var deliveries: [AMQPDelivery] = []
            while deliveries.count < 10 { if let next = try await iterator.next() { deliveries.append(next) } }
            #expect(deliveries[6].ack(multiple: true) == .sent)
            #expect(deliveries[3].ack() == .settledBefore)
            #expect(deliveries[9].nack(requeue: true, multiple: true) == .sent)
            consumer.cancel()
            try await eventually { try await channel.queueStatus("q").messageCount == 3 }
        }
    }

    @Test func `cancel ends the iteration and gives back what was not taken`() async throws {
        try await with { connection, channel in
            try await channel.declareQueue("q")
            try await publish(20, channel, to: "q")
            let consumer = try await channel.consume("q", prefetch: 10)
            try await eventually { consumer.backlog == 10 }
            var iterator = consumer.makeAsyncIterator()
            let taken = try #require(try await iterator.next())
            consumer.cancel()
            #expect(try await iterator.next() == nil)
            #expect(taken.ack() == .sent)
            try await eventually { try await channel.queueStatus("q").messageCount == 19 }
            #expect(try await channel.queueStatus("q").consumerCount == 0)
        }
    }

    @Test func `a consumer that nobody holds is cancelled`() async throws {
        try await with { connection, channel in
            try await channel.declareQueue("q")
            do { _ = try await channel.consume("q") }
            try await eventually { try await channel.queueStatus("q").consumerCount == 0 }
        }
    }

    @Test func `a deleted queue ends its consumer with an error`() async throws {
        try await with { connection, channel in
            try await channel.declareQueue("q")
            let consumer = try await channel.consume("q")
            let other = try await connection.openChannel()
            try await other.deleteQueue("q")
            let error = await #expect(throws: AMQPError.self) { for try await _ in consumer {} }
            #expect(error?.code == .consumerCancelled)
        }
    }

    @Test func `a consumer that resubscribes gets its queue made again, with its bindings`() async throws {
        try await with { connection, channel in
            try await channel.declareExchange("e", type: .fanout)
            try await channel.declareQueue("q")
            try await channel.bindQueue("q", to: "e")
            let backoff = Backoff(initial: .milliseconds(50), maximum: .milliseconds(200))
            let consumer = try await channel.consume("q", whenCancelled: .resubscribe(backoff))
            // By somebody else, so that we want it still.
            let stranger = try await AMQPConnection.connect(to: host.url)
            let theirs = try await stranger.openChannel()
            try await theirs.deleteQueue("q")
            try await eventually {
                do {
                    try await theirs.publish(AMQPMessage("again"), to: "", exchange: "e", mandatory: true)
                    return true
                } catch { return false }
            }
            var iterator = consumer.makeAsyncIterator()
            #expect(try await iterator.next()?.text == "again")
            await stranger.close()
        }
    }

    @Test func `a queue that is not there is an error that names it`() async throws {
        try await with { connection, channel in
            let error = await #expect(throws: AMQPError.self) { _ = try await channel.consume("none") }
            #expect(error?.replyCode == .notFound)
            #expect(error?.message.contains("none") == true)
        }
    }

    @Test func `a channel error ends consumers and callers with the broker's words`() async throws {
        try await with { connection, channel in
            try await channel.declareQueue("q")
            let consumer = try await channel.consume("q")
            await #expect(throws: AMQPError.self) { try await channel.declareQueue("q", durable: false) }
            let error = await #expect(throws: AMQPError.self) { for try await _ in consumer {} }
            #expect(error?.replyCode == .preconditionFailed)
        }
    }

    @Test func `without acknowledgements a slow consumer does not fill the memory`() async throws {
        try await with { connection, channel in
            try await channel.declareQueue("q")
            var message = AMQPMessage(body: [UInt8](repeating: 1, count: 4_000))
            message.properties.deliveryMode = .transient
            let publisher = channel.publisher()
            for _ in 0..<10_000 { try await publisher.publish(message, to: "q") }
            try await publisher.drain()
            let reader = try await AMQPConnection.connect(to: host.url)
            let consumer = try await reader.openChannel().consume("q", noAck: true)
            try await eventually { consumer.backlog >= 1_000 }
            try await Task.sleep(for: .milliseconds(300))
            // The limit, and what one read of the socket brings.
            #expect(consumer.backlog < 3_000)
            var count = 0
            for try await _ in consumer {
                count += 1
                if count == 10_000 { break }
            }
            #expect(count == 10_000)
            await reader.close()
        }
    }

    @Test func `several tasks share a consumer`() async throws {
        try await with { connection, channel in
            try await channel.declareQueue("q")
            try await publish(200, channel, to: "q")
            let consumer = try await channel.consume("q")
            let total = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var count = 0
                        for try await delivery in consumer {
                            delivery.ack()
                            count += 1
                        }
                        return count
                    }
                }
                try await eventually { connection.traffic.settled == 200 }
                consumer.cancel()
                return try await group.reduce(0, +)
            }
            #expect(total == 200)
        }
    }

    @Test func `a cancelled task stops waiting`() async throws {
        try await with { connection, channel in
            try await channel.declareQueue("q")
            let consumer = try await channel.consume("q")
            let task = Task {
                var iterator = consumer.makeAsyncIterator()
                return try await iterator.next() == nil
            }
            task.cancel()
            #expect(try await task.value)
            try await channel.publish(AMQPMessage("later"), to: "q")
            var iterator = consumer.makeAsyncIterator()
            #expect(try await iterator.next()?.text == "later")
        }
    }
}
