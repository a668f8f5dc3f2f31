import BrokerKit
import HobAMQP
import HobSystem
import HobTestKit
import Synchronization
import Testing

/// What breaks is made again, and nothing confirmed is lost.
@Suite(.ownThread) struct RecoveryTests {
    private let host: VirtualHost
    private let proxy: FaultProxy

    init() throws {
        host = try VirtualHost(on: .shared())
        proxy = try FaultProxy(to: host.broker.address)
    }

    private static func quick() -> AMQPConfiguration {
        var configuration = AMQPConfiguration()
        configuration.recovery.backoff = Backoff(
            initial: .milliseconds(20), maximum: .milliseconds(500), resetAfter: .milliseconds(200))
        return configuration
    }

    private func with(
        _ configuration: AMQPConfiguration = quick(), _ body: (AMQPConnection) async throws -> Void
    ) async throws {
        defer { proxy.end() }
        try await AMQPConnection.withConnection(
            to: AMQPURL(host.url(by: proxy)), configuration: configuration, body)
    }

    @Test func `a cut connection comes back with channels, topology, prefetch and consumers`() async throws {
        try await with { connection in
            let channel = try await connection.openChannel()
            try await channel.declareExchange("e", type: .topic, durable: false, autoDelete: true)
            let queue = try await channel.declareQueue(durable: false, exclusive: true).name
            try await channel.bindQueue(queue, to: "e", routingKey: "k.#")
            let consumer = try await channel.consume(queue, prefetch: 3)
            var iterator = consumer.makeAsyncIterator()
            try await channel.publish(AMQPMessage("before"), to: "k.1", exchange: "e", mandatory: true)
            let old = try #require(try await iterator.next())
            proxy.inflict(.reset)
            try await eventually { connection.traffic.recoveries == 1 }
            #expect(old.ack() == .stale)
            // The exclusive queue has another name now, and the binding and the consumer go by it.
            try await channel.publish(AMQPMessage("after"), to: "k.2", exchange: "e", mandatory: true)
            #expect(try await iterator.next()?.text == "after")
            #expect(try await channel.queueStatus(queue).name != queue)
            #expect(connection.traffic.stale == 1)
            for number in 0..<10 { try await channel.publish(AMQPMessage("\(number)"), to: "k", exchange: "e") }
            try await eventually { consumer.backlog == 2 }
        }
    }

    @Test func `what was not confirmed is published again under the same message id`() async throws {
        try await with { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("q")
            // The broker gets the message, and its confirm is swallowed.
            proxy.inflict(.stall, .toClient)
            let publish = Task { try await channel.publish(AMQPMessage("once or twice"), to: "q") }
            let direct = try await AMQPConnection.connect(to: host.url)
            let other = try await direct.openChannel()
            try await eventually { try await other.queueStatus("q").messageCount == 1 }
            proxy.inflict(.reset)
            try await publish.value
            let first = try #require(try await other.get("q", noAck: true))
            let second = try #require(try await other.get("q", noAck: true))
            #expect(first.properties.messageID != nil)
            #expect(first.properties.messageID == second.properties.messageID)
            await direct.close()
        }
    }

    @Test func `who does not want it twice gets an error`() async throws {
        var configuration = Self.quick()
        configuration.recovery.unconfirmed = .fail
        try await with(configuration) { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("q")
            proxy.inflict(.stall, .toClient)
            let publish = Task { try await channel.publish(AMQPMessage("x"), to: "q") }
            try await eventually { connection.traffic.published == 1 }
            proxy.inflict(.reset)
            let error = await #expect(throws: AMQPError.self) { try await publish.value }
            #expect(error?.code == .connectionLost)
            try await eventually { connection.state == .connected }
            try await channel.publish(AMQPMessage("y"), to: "q")
        }
    }

    @Test func `row 16: a dead peer is noticed within two heartbeats, and the connection comes back`() async throws {
        var configuration = Self.quick()
        configuration.heartbeat = 1
        try await with(configuration) { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("q")
            let clock = ContinuousClock()
            let start = clock.now
            proxy.inflict(.blackHole)
            try await eventually { connection.state != .connected }
            #expect(clock.now - start < .seconds(10))
            try await eventually { connection.state == .connected }
            try await channel.publish(AMQPMessage("x"), to: "q")
        }
    }

    @Test func `heartbeats keep an idle connection alive`() async throws {
        var configuration = Self.quick()
        configuration.heartbeat = 1
        try await with(configuration) { connection in
            try await Task.sleep(for: .seconds(5))
            #expect(connection.traffic.recoveries == 0)
            #expect(connection.state == .connected)
        }
    }

    @Test func `calls wait for the connection, until their deadline`() async throws {
        var configuration = Self.quick()
        configuration.callTimeout = .milliseconds(400)
        try await with(configuration) { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("q")
            proxy.refuse(true)
            proxy.inflict(.reset)
            try await eventually { connection.state != .connected }
            let late = await #expect(throws: AMQPError.self) { try await channel.queueStatus("q") }
            #expect(late?.code == .timedOut)
            let unsent = await #expect(throws: AMQPError.self) { try await channel.publish(AMQPMessage("x"), to: "q") }
            #expect(unsent?.code == .timedOut)
            proxy.refuse(false)
            let other = try await connection.openChannelPatiently()()
            // What was given up before it was sent never was.
            #expect(try await other.queueStatus("q").messageCount == 0)
        }
    }

    @Test func `deadlines hold when many callers come with shorter and shorter ones at once`() async throws {
        try await with { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("q")
            proxy.inflict(.stall, .toClient)
            let start = ContinuousClock.now
            let late = await withTaskGroup(of: AMQPError.Code?.self) { group in
                for number in 0..<400 {
                    group.addTask {
                        do {
                            try await channel.publish(
                                AMQPMessage("x"), to: "q", timeout: .milliseconds(1_500 - number * 3))
                            return nil
                        } catch { return (error as? AMQPError)?.code }
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 == .timedOut ? 1 : 0 }
            }
            #expect(late == 400)
            #expect(ContinuousClock.now - start < .seconds(15))
        }
    }

    @Test func `an opened channel and a new consumer wait for the connection too`() async throws {
        try await with { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("q")
            proxy.refuse(true)
            proxy.inflict(.reset)
            try await eventually { connection.state != .connected }
            async let opened = connection.openChannel()
            async let consumed = channel.consume("q")
            proxy.refuse(false)
            try await opened.publish(AMQPMessage("x"), to: "q")
            var iterator = try await consumed.makeAsyncIterator()
            #expect(try await iterator.next()?.text == "x")
        }
    }

    @Test func `without recovery everybody hears of the loss`() async throws {
        var configuration = Self.quick()
        configuration.recovery = .none
        try await with(configuration) { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("q")
            let consumer = try await channel.consume("q")
            let waiting = Task { for try await _ in consumer {} }
            proxy.inflict(.reset)
            let error = await #expect(throws: AMQPError.self) { try await waiting.value }
            #expect(error?.code == .connectionLost)
            await #expect(throws: AMQPError.self) { try await channel.publish(AMQPMessage("x"), to: "q") }
            guard case .closed = connection.state else {
                Issue.record("\(connection.state)")
                return
            }
        }
    }

    @Test func `an operator's close is recovered from`() async throws {
        try await with { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("q")
            let consumer = try await channel.consume("q")
            try host.broker.closeConnections(of: host.name)
            try await eventually { connection.traffic.recoveries == 1 }
            try await channel.publish(AMQPMessage("x"), to: "q")
            var iterator = consumer.makeAsyncIterator()
            #expect(try await iterator.next()?.text == "x")
        }
    }

    @Test func `a queue that cannot be made again ends its consumer and nobody else`() async throws {
        try await with { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("spoilt")
            try await channel.declareQueue("good")
            let spoilt = try await channel.consume("spoilt")
            let good = try await channel.consume("good")
            proxy.refuse(true)
            proxy.inflict(.reset)
            try await eventually { connection.state != .connected }
            let stranger = try await AMQPConnection.connect(to: host.url)
            let theirs = try await stranger.openChannel()
            try await theirs.deleteQueue("spoilt")
            try await theirs.declareQueue("spoilt", arguments: ["x-max-length": 5])
            proxy.refuse(false)
            let error = await #expect(throws: AMQPError.self) { for try await _ in spoilt {} }
            #expect(error?.message.contains("spoilt") == true)
            try await theirs.publish(AMQPMessage("x"), to: "good")
            var iterator = good.makeAsyncIterator()
            #expect(try await iterator.next()?.text == "x")
            await stranger.close()
        }
    }

    @Test func `bytes that come one by one are the same session`() async throws {
        proxy.otherwise(
            FaultScript([.after(0, .toServer, .trickle(every: .zero)), .after(0, .toClient, .trickle(every: .zero))]))
        try await with { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("q")
            for number in 0..<20 { try await channel.publish(AMQPMessage("\(number)"), to: "q") }
            var iterator = try await channel.consume("q").makeAsyncIterator()
            for number in 0..<20 {
                let delivery = try #require(try await iterator.next())
                #expect(delivery.text == "\(number)")
                delivery.ack()
            }
        }
    }
}

extension AMQPConnection {
    /// A channel, opened until it is.
    fileprivate func openChannelPatiently() async throws -> () async throws -> AMQPChannel {
        for _ in 0..<20 {
            do {
                let channel = try await openChannel()
                return { channel }
            } catch let error as AMQPError where error.code == .connectionLost || error.code == .timedOut { continue }
        }
        let channel = try await openChannel()
        return { channel }
    }
}
