import BrokerKit
import HobAMQP
import HobPolicy
import HobSystem
import Testing

/// A broker, or the way to it, that dies without a word.
@Suite(.ownThread) struct DeadPeerTests {
    private static let heartbeat: UInt16 = 1

    private let host: VirtualHost
    private let proxy: FaultProxy

    init() throws {
        host = try VirtualHost(on: .shared())
        proxy = try FaultProxy(to: host.broker.address)
    }

    private func with(_ body: (AMQPConnection, AMQPChannel) async throws -> Void) async throws {
        defer { proxy.end() }
        var configuration = AMQPConfiguration()
        configuration.heartbeat = Self.heartbeat
        try await AMQPConnection.withConnection(
            to: AMQPURL(host.url(by: proxy)), configuration: configuration
        ) { connection in try await body(connection, connection.openChannel()) }
    }

    /// From the moment that nothing comes any more until the connection says so.
    private func expectNotice(_ connection: AMQPConnection, _ name: String) async throws {
        let start = ContinuousClock.now
        proxy.inflict(.blackHole)
        try await eventually { connection.state != .connected }
        let beats = (ContinuousClock.now - start) / .seconds(Int64(Self.heartbeat))
        print("dead peer, \(name): noticed after \(beats) heartbeats")
        // Two since the last sign of life, and some for a busy machine.
        #expect(beats > 0.5 && beats < 4)
        if case .recovering(let reason) = connection.state { #expect(reason.contains("is dead")) }
    }

    @Test func `row 16: an idle connection notices within two heartbeats and comes back`() async throws {
        try await with { connection, channel in
            try await channel.declareQueue("q")
            try await expectNotice(connection, "idle")
            try await eventually { connection.state == .connected }
            try await channel.publish(AMQPMessage("x"), to: "q")
        }
    }

    @Test func `row 16: a publishing connection notices as soon: what it sends is no sign of the other side's life`()
        async throws
    {
        try await with { connection, channel in
            try await channel.declareQueue("q")
            let publisher = channel.publisher(window: 10_000)
            let writer = Task {
                var count = 0
                while !Task.isCancelled {
                    try await publisher.publish(AMQPMessage("\(count)"), to: "q")
                    count += 1
                    try? await Task.sleep(for: .milliseconds(5))
                }
                return count
            }
            try await eventually { connection.traffic.confirmed > 20 }
            try await expectNotice(connection, "publishing")
            try await eventually { connection.state == .connected }
            writer.cancel()
            let count = try await writer.value
            try await publisher.drain()
            #expect(try await channel.queueStatus("q").messageCount >= count)
        }
    }

    @Test func `a consuming connection notices too, and an acknowledgement of before is stale`() async throws {
        try await with { connection, channel in
            try await channel.declareQueue("q")
            try await channel.publish(AMQPMessage("x"), to: "q")
            var iterator = try await channel.consume("q").makeAsyncIterator()
            let old = try #require(try await iterator.next())
            try await expectNotice(connection, "consuming")
            // It may say so before and after it has come back.
            #expect(old.ack() == .stale)
            try await eventually { connection.state == .connected }
            #expect(old.nack(requeue: false) == .stale)
            let again = try #require(try await iterator.next())
            #expect(again.isRedelivered)
            #expect(again.ack() == .sent)
        }
    }

    @Test func `half open: the broker has closed, and nobody told us`() async throws {
        try await with { connection, channel in
            try await channel.declareQueue("q")
            proxy.inflict(.blackHole)
            try host.broker.closeConnections(of: host.name)
            let publish = Task { try await channel.publish(AMQPMessage("x"), to: "q") }
            try await publish.value
            #expect(connection.traffic.recoveries == 1)
            #expect(try await channel.queueStatus("q").messageCount == 1)
        }
    }

    @Test func `an exclusive queue that the dead connection still holds is had again when the broker notices, too`()
        async throws
    {
        try await with { connection, channel in
            try await channel.declareQueue("mine", exclusive: true)
            var iterator = try await channel.consume("mine").makeAsyncIterator()
            // Only our side sees the end; the broker waits for our heartbeats.
            proxy.inflict(.halfClose, .toClient)
            try await eventually { connection.traffic.recoveries == 1 }
            try await channel.publish(AMQPMessage("x"), to: "mine", mandatory: true)
            #expect(try await iterator.next()?.text == "x")
        }
    }
}
