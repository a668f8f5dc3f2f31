import BrokerKit
import HobAMQP
import Synchronization
import Testing

/// What becomes of a message on its way up the ladder.
@Suite(.ownThread) struct RetryCopyTests {
    private let host: VirtualHost

    init() throws {
        host = try VirtualHost(on: .shared())
    }

    /// Handles nothing before the attempt of this number, and keeps what it was given.
    private final class Seen: Sendable {
        private let deliveries = Mutex<[AMQPDelivery]>([])
        var all: [AMQPDelivery] { deliveries.withLock { $0 } }

        func handle(_ delivery: AMQPDelivery, _ context: AMQPHandlerContext, until attempt: Int = 2) throws {
            deliveries.withLock { $0.append(delivery) }
            if context.attempt < attempt { throw HandlerFailure() }
        }
    }

    @Test func `row 18: a message whose header was dropped or forged is judged by the broker's count`() async throws {
        let log = HandlerLog()
        let service = try host.service(attempts: 4) { delivery, context in
            log.add("\(delivery.text) \(context.attempt)")
            throw HandlerFailure()
        }
        try await host.running(service) { _, channel in
            try await channel.publish(AMQPMessage("honest"), to: "work")
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            #expect(log.entries == ["honest 1", "honest 2", "honest 3", "honest 4"])
            let parked = try #require(try await channel.get("work.parked"))
            parked.ack()
            // Three waits, as the broker has counted them: 100 ms once, 200 ms twice.
            let deaths = try #require(parked.properties.headers?["x-death"])
            var counted = AMQPMessage("moved")
            counted.properties.headers = ["x-death": deaths]
            #expect(AMQPRetryLadder.attempts(of: counted.properties, in: "work") == 3)
            try await channel.publish(counted, to: "work")
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            #expect(log.count("moved 4") == 1 && log.entries.count == 5)
            var forged = AMQPMessage("forged")
            forged.properties.headers = ["x-death": deaths, "x-hob-attempts": 0]
            try await channel.publish(forged, to: "work")
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 2 }
            #expect(log.count("forged 4") == 1 && log.entries.count == 6)
        }
    }

    @Test func `row 18: a message that claims absurdly many attempts has its last one, and then is parked`()
        async throws
    {
        let log = HandlerLog()
        let service = try host.service { delivery, context in
            log.add("\(context.attempt)")
            if delivery.text == "bad" { throw HandlerFailure() }
        }
        try await host.running(service) { _, channel in
            for text in ["good", "bad"] {
                var message = AMQPMessage(text)
                message.properties.headers = [AMQPRetryLadder.attemptsHeader: .int64(.max)]
                try await channel.publish(message, to: "work")
            }
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            try await eventually { log.entries == ["3", "3"] }
        }
    }

    @Test func `a later attempt looks like the first: exchange, routing key, priority`() async throws {
        let seen = Seen()
        let service = try host.service(topology: { channel in
            try await channel.declareExchange("orders", type: .topic)
            try await channel.bindQueue("work", to: "orders", routingKey: "eu.*")
        }) { try seen.handle($0, $1, until: 3) }
        try await host.running(service) { _, channel in
            var message = AMQPMessage("x")
            message.properties.priority = 7
            message.properties.messageID = "id"
            try await channel.publish(message, to: "eu.paid", exchange: "orders", mandatory: true)
            try await eventually { seen.all.count == 3 }
            for delivery in seen.all {
                #expect(delivery.exchange == "orders" && delivery.routingKey == "eu.paid")
                #expect(delivery.properties.priority == 7 && delivery.properties.messageID == "id")
            }
        }
    }

    @Test func `an expiration ends neither the wait nor the stay in the parking queue`() async throws {
        let seen = Seen()
        let log = HandlerLog()
        let service = try host.service(attempts: 2, delays: [.seconds(2)]) { delivery, context in
            log.add("\(context.attempt)")
            try seen.handle(delivery, context, until: 9)
        }
        try await host.running(service) { _, channel in
            var message = AMQPMessage("x")
            message.properties.expiration = "1000"
            try await channel.publish(message, to: "work")
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            #expect(log.times[1] - log.times[0] > .milliseconds(1_900))
            #expect(seen.all[1].properties.headers?["x-hob-expiration"] == "1000")
            try await Task.sleep(for: .milliseconds(1_200))
            let parked = try #require(try await channel.get("work.parked"))
            #expect(parked.properties.expiration == nil)
            parked.nack(requeue: true)
        }
    }

    @Test func `a message of another user climbs the ladder and comes back by the re-drive`() async throws {
        let user = "other-\(host.name)"
        try host.broker.evaluate(
            "rabbit_auth_backend_internal:add_user(<<\"\(user)\">>, <<\"p\">>, <<\"hob\">>), "
                + "rabbit_auth_backend_internal:set_permissions(<<\"\(user)\">>, <<\"\(host.name)\">>, "
                + "<<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"hob\">>)")
        defer {
            _ = try? host.broker.evaluate("rabbit_auth_backend_internal:delete_user(<<\"\(user)\">>, <<\"hob\">>)")
        }
        let seen = Seen()
        let service = try host.service { try seen.handle($0, $1, until: 9) }
        try await host.running(service) { connection, channel in
            var url = try AMQPURL(host.url)
            url.user = user
            url.password = "p"
            try await AMQPConnection.withConnection(to: url) { connection in
                var message = AMQPMessage("x")
                message.properties.userID = user
                try await connection.openChannel().publish(message, to: "work")
            }
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            #expect(seen.all.count == 3)
            #expect(seen.all[2].properties.headers?["x-hob-user-id"] == .string(user))
            #expect(try await AMQPParking(of: "work", on: connection).redrive() == 1)
            try await eventually { seen.all.count == 6 }
        }
    }

    @Test func `further routing keys do not get the copies too`() async throws {
        let seen = Seen()
        let service = try host.service { try seen.handle($0, $1, until: 9) }
        try await host.running(service) { connection, channel in
            try await channel.declareQueue("copy")
            try await channel.declareQueue("blind")
            var message = AMQPMessage("x")
            message.properties.headers = ["CC": ["copy"], "BCC": ["blind"]]
            try await channel.publish(message, to: "work")
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            try await AMQPParking(of: "work", on: connection).redrive()
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            #expect(seen.all.count == 6)
            #expect(try await channel.queueStatus("copy").messageCount == 1)
            #expect(try await channel.queueStatus("blind").messageCount == 1)
        }
    }

    @Test func `a handler's mistake on the channel for answers harms neither the copies nor the next message`()
        async throws
    {
        let log = HandlerLog()
        let service = try host.service { delivery, context in
            log.add("\(context.attempt)")
            if context.attempt == 1 {
                try await context.channel.publish(AMQPMessage("x"), to: "", exchange: "not-there")
            }
            try await context.channel.publish(AMQPMessage("answer"), to: "answers")
        }
        try await host.running(service) { _, channel in
            try await channel.declareQueue("answers")
            try await channel.publish(AMQPMessage("x"), to: "work")
            try await eventually { try await channel.queueStatus("answers").messageCount == 1 }
            #expect(log.entries == ["1", "2"])
        }
    }

    @Test func `a ladder that somebody has deleted is made again`() async throws {
        let seen = Seen()
        let service = try host.service { try seen.handle($0, $1, until: 2) }
        try await host.running(service) { _, channel in
            try await channel.deleteQueue("work.retry.100")
            try await channel.deleteQueue("work.parked")
            try await channel.publish(AMQPMessage("x"), to: "work")
            try await eventually { seen.all.count == 2 }
            #expect(try await channel.queueStatus("work.parked").messageCount == 0)
        }
    }

    @Test func `what cannot be moved goes back after a pause, and is moved when there is room`() async throws {
        let log = HandlerLog()
        var service = try host.service(attempts: 1, concurrency: 1) { delivery, _ in
            log.add(delivery.text)
            throw HandlerFailure()
        }
        service.retries.queueArguments = ["x-max-length": 1, "x-overflow": "reject-publish"]
        try await host.running(service) { _, channel in
            try await channel.publish(AMQPMessage("first"), to: "work")
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            try await channel.publish(AMQPMessage("second"), to: "work")
            try await eventually { log.entries == ["first", "second", "second", "second"] }
            // A second, then two.
            #expect(log.times[3] - log.times[1] > .milliseconds(2_900))
            let parked = try #require(try await channel.get("work.parked"))
            #expect(parked.text == "first")
            parked.ack()
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            #expect(try await channel.get("work.parked")?.text == "second")
            #expect(try await channel.queueStatus("work").messageCount == 0)
        }
    }

    @Test func `headers that fill a frame leave out our reason`() async throws {
        let seen = Seen()
        var service = try host.service { delivery, context in
            try seen.handle(delivery, context, until: 1)
            if context.attempt == 1 { throw AMQPRejection(String(repeating: "long", count: 250)) }
        }
        service.url = try AMQPURL(host.url + "?frame_max=4096")
        try await host.running(service) { connection, channel in
            var message = AMQPMessage("x")
            message.properties.headers = ["large": .string(String(repeating: "x", count: 3_500))]
            try await channel.publish(message, to: "work")
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            let parked = try #require(try await AMQPParking(of: "work", on: connection).messages(limit: 1).first)
            #expect(parked.reason == nil && parked.attempts == 1)
        }
    }

    @Test func `quorum queues, where they are asked for`() async throws {
        let seen = Seen()
        var service = try host.service { try seen.handle($0, $1, until: 9) }
        service.queueArguments = ["x-queue-type": "quorum"]
        service.retries.queueArguments = ["x-queue-type": "quorum"]
        try await host.running(service) { _, channel in
            try await channel.publish(AMQPMessage("x"), to: "work")
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            #expect(seen.all.count == 3)
        }
    }
}

/// What a consumer does while the broker takes no messages. It stops a broker's publishers, so it has one of its own.
@Suite struct BlockedConsumerTests {
    @Test func `while the broker is short of memory what fails waits, is not lost, and a stop ends in time`()
        async throws
    {
        try await Broker.exclusively { broker in
            let host = try VirtualHost(on: broker)
            defer { try? broker.blockPublishers(false) }
            let log = HandlerLog()
            var service = try host.service { delivery, context in
                log.add(delivery.text)
                if delivery.text == "bad", context.attempt == 1 { throw HandlerFailure() }
            }
            service.drainTimeout = .milliseconds(300)
            service.cancellationTimeout = .seconds(30)
            service.control.pause()
            let running = service
            let task = Task { try await running.run() }
            try await AMQPConnection.withConnection(to: AMQPURL(host.url)) { connection in
                let channel = try await connection.openChannel()
                try await channel.declareQueue("work")
                for text in ["bad", "bad", "bad", "good", "good", "good"] {
                    try await channel.publish(AMQPMessage(text), to: "work")
                }
            }
            try broker.blockPublishers(true)
            service.control.resume()
            try await eventually { log.count("good") == 3 && log.count("bad") == 3 }
            let begin = ContinuousClock.now
            task.cancel()
            try await task.value
            // Thirty seconds would be a confirm's patience.
            #expect(ContinuousClock.now - begin < .seconds(25))
            try broker.blockPublishers(false)
            try await host.running(service) { _, channel in
                // Each bad one succeeds at its second attempt, or is at its first again; the good ones are gone.
                try await eventually { log.count("bad") >= 6 && log.active == 0 }
                try await eventually { try await channel.queueStatus("work").messageCount == 0 }
            }
            #expect(log.count("good") == 3)
        }
    }
}
