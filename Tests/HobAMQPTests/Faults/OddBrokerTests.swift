import HobAMQP
import HobSystem
import Testing

/// What RabbitMQ does not do when it is asked to, but the protocol allows, or forbids.
@Suite(.ownThread) struct OddBrokerTests {
    private func with(
        _ answer: @escaping ScriptedBroker.Answer = { _, _ in nil }, callTimeout: Duration = .seconds(30),
        _ body: (ScriptedBroker, AMQPConnection, AMQPChannel) async throws -> Void
    ) async throws {
        let broker = try ScriptedBroker(answer)
        defer { broker.end() }
        var configuration = AMQPConfiguration()
        configuration.callTimeout = callTimeout
        try await AMQPConnection.withConnection(
            to: AMQPURL("amqp://\(broker.address)"), configuration: configuration
        ) { connection in try await body(broker, connection, connection.openChannel()) }
    }

    @Test func `channel.flow holds publishes up, is answered, and lets them go again in their order`() async throws {
        try await with { broker, connection, channel in
            try broker.say(.channel(.flow(active: false)), on: channel.number)
            #expect(broker.hears { $0 == .channel(.flowOk(active: false)) })
            let publisher = channel.publisher()
            for key in ["a", "b", "c"] { try await publisher.publish(AMQPMessage("x"), to: key) }
            #expect(connection.traffic.published == 0)
            // Another channel is not held up.
            let other = try await connection.openChannel()
            try await other.publish(AMQPMessage("x"), to: "other")
            try broker.say(.channel(.flow(active: true)), on: channel.number)
            try await publisher.drain()
            let keys = broker.heard.compactMap { method -> String? in
                guard case .basic(.publish(_, let key, _, _)) = method else { return nil }
                return key
            }
            #expect(keys == ["other", "a", "b", "c"])
        }
    }

    @Test func `a call that is never answered ends in its time, and the connection goes on`() async throws {
        let answer: ScriptedBroker.Answer = { method, _ in if case .queue(.declare) = method { [] } else { nil } }
        try await with(answer, callTimeout: .milliseconds(300)) { _, connection, channel in
            let error = await #expect(throws: AMQPError.self) { try await channel.declareQueue("q") }
            #expect(error?.code == .timedOut)
            #expect(connection.state == .connected)
            try await connection.openChannel().publish(AMQPMessage("x"), to: "q")
        }
    }

    @Test func `who opens a channel and is cancelled waits for neither of its two answers`() async throws {
        // The first channel is answered, which the others need not be.
        for silent in ["channel.open", "confirm.select"] {
            let answer: ScriptedBroker.Answer = { method, channel in
                channel > 1 && method.name == silent ? [] : nil
            }
            try await with(answer) { broker, connection, _ in
                let opening = Task { try await connection.openChannel() }
                try await eventually {
                    let heard = broker.heard
                    return heard.last?.name == silent && heard.count { $0.name == "channel.open" } == 2
                }
                opening.cancel()
                await #expect(throws: CancellationError.self) { _ = try await opening.value }
            }
        }
    }

    @Test func `a confirm that never comes ends the publish in its time`() async throws {
        let answer: ScriptedBroker.Answer = { method, _ in if case .basic(.publish) = method { [] } else { nil } }
        try await with(answer) { _, connection, channel in
            let error = await #expect(throws: AMQPError.self) {
                try await channel.publish(AMQPMessage("x"), to: "q", timeout: .milliseconds(200))
            }
            #expect(error?.code == .timedOut)
            #expect(error?.message.contains("may have it") == true)
        }
    }

    @Test func `a confirm of what was never sent breaks the connection, which is made again`() async throws {
        try await with { broker, connection, channel in
            try broker.say(.basic(.ack(deliveryTag: 99)), on: channel.number)
            try await eventually { connection.traffic.recoveries == 1 }
            #expect(broker.heard.contains { if case .connection(.close(503, _, _, _)) = $0 { true } else { false } })
            try await channel.publish(AMQPMessage("x"), to: "q")
        }
    }

    @Test func `limits too small to speak in are refused`() async throws {
        let broker = try ScriptedBroker { method, _ in
            if case .connection(.startOk) = method {
                [.connection(.tune(channelMax: 0, frameMax: 100, heartbeat: 0))]
            } else {
                nil
            }
        }
        defer { broker.end() }
        let error = await #expect(throws: AMQPError.self) {
            _ = try await AMQPConnection.connect(to: "amqp://\(broker.address)")
        }
        #expect(error?.message.contains("frames of 100 bytes are too small") == true)
    }
}
