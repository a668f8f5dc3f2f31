import BrokerKit
import HobAMQP
import HobSystem
import Testing

/// What is lost, and is said to be: the lines of the article on delivery guarantees that promise nothing.
@Suite(.ownThread) struct LossTests {
    private let host: VirtualHost
    private let proxy: FaultProxy

    init() throws {
        host = try VirtualHost(on: .shared())
        proxy = try FaultProxy(to: host.broker.address)
    }

    private func with(_ body: (AMQPConnection, AMQPChannel) async throws -> Void) async throws {
        defer { proxy.end() }
        let direct = try await AMQPConnection.connect(to: host.url)
        let witness = try await direct.openChannel()
        try await AMQPConnection.withConnection(to: AMQPURL(host.url(by: proxy))) { try await body($0, witness) }
        await direct.close()
    }

    @Test func `without confirms, what is under way when the connection breaks is lost without a word`() async throws {
        try await with { connection, witness in
            try await witness.declareQueue("q")
            let channel = try await connection.openChannel(confirms: false)
            try await channel.publish(AMQPMessage("arrives"), to: "q")
            try await eventually { try await witness.queueStatus("q").messageCount == 1 }
            proxy.inflict(.stall, .toServer)
            // Nothing is wrong, as far as anybody here can tell.
            for number in 0..<5 { try await channel.publish(AMQPMessage("\(number)"), to: "q") }
            proxy.inflict(.reset)
            try await eventually { connection.traffic.recoveries == 1 }
            try await channel.publish(AMQPMessage("after"), to: "q")
            try await eventually { try await witness.queueStatus("q").messageCount >= 2 }
            #expect(try await witness.get("q", noAck: true)?.text == "arrives")
            #expect(try await witness.get("q", noAck: true)?.text == "after")
            #expect(try await witness.get("q", noAck: true) == nil)
        }
    }

    @Test func `with confirms, the same is published again`() async throws {
        try await with { connection, witness in
            try await witness.declareQueue("q")
            let channel = try await connection.openChannel()
            let publisher = channel.publisher()
            proxy.inflict(.stall, .toServer)
            for number in 0..<5 { try await publisher.publish(AMQPMessage("\(number)"), to: "q") }
            proxy.inflict(.reset)
            try await publisher.drain()
            for number in 0..<5 { #expect(try await witness.get("q", noAck: true)?.text == "\(number)") }
        }
    }

    @Test func `without acknowledgements, what the broker has sent is gone when the connection breaks`() async throws {
        try await with { connection, witness in
            try await witness.declareQueue("q")
            let channel = try await connection.openChannel()
            let consumer = try await channel.consume("q", noAck: true)
            proxy.inflict(.stall, .toClient)
            for number in 0..<5 { try await witness.publish(AMQPMessage("\(number)"), to: "q") }
            try await eventually { try await witness.queueStatus("q").messageCount == 0 }
            proxy.inflict(.reset)
            try await eventually { connection.traffic.recoveries == 1 }
            try await witness.publish(AMQPMessage("after"), to: "q")
            var iterator = consumer.makeAsyncIterator()
            #expect(try await iterator.next()?.text == "after")
        }
    }

    @Test func `with acknowledgements, the same comes again`() async throws {
        try await with { connection, witness in
            try await witness.declareQueue("q")
            let channel = try await connection.openChannel()
            let consumer = try await channel.consume("q")
            proxy.inflict(.stall, .toClient)
            for number in 0..<5 { try await witness.publish(AMQPMessage("\(number)"), to: "q") }
            try await eventually { try await witness.queueStatus("q").messageCount == 0 }
            proxy.inflict(.reset)
            var iterator = consumer.makeAsyncIterator()
            for number in 0..<5 {
                let delivery = try await iterator.next()
                #expect(delivery?.text == "\(number)" && delivery?.isRedelivered == true)
                delivery?.ack()
            }
        }
    }
}
