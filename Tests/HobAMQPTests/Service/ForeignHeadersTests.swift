import BrokerKit
import HobAMQP
import Testing

/// Messages whose headers say what no ladder has written: a client's, a tool's, another consumer's.
@Suite(.ownThread) struct ForeignHeadersTests {
    private let host: VirtualHost

    init() throws {
        host = try VirtualHost(on: .shared())
    }

    @Test(arguments: [
        // The first two crash a ladder's queue, the others make the broker see a circle and drop the message.
        AMQPValue.array([1]), .array([["queue": "work.retry.100", "reason": "expired", "count": "many"]]),
        .array([["queue": "work", "reason": "expired", "count": 1, "exchange": "", "routing-keys": ["work"]]]),
        .array([["queue": "work", "reason": "maxlen", "count": 1, "exchange": "", "routing-keys": ["work"]]]),
    ])
    func `an x-death that the broker would stumble over does not keep the message from coming back`(
        deaths: AMQPValue
    ) async throws {
        let log = HandlerLog()
        let service = try host.service { _, context in
            log.add("\(context.attempt)")
            throw HandlerFailure()
        }
        try await host.running(service) { _, channel in
            var message = AMQPMessage("x")
            message.properties.headers = ["x-death": deaths, "x-first-death-queue": 1, "x-first-death-reason": 2]
            try await channel.publish(message, to: "work")
            try await eventually(within: .seconds(30)) {
                try await channel.queueStatus("work.parked").messageCount == 1
            }
            #expect(log.count("3") == 1)
            let parked = try #require(try await channel.get("work.parked"))
            #expect(parked.properties.headers?["x-hob-death"] == deaths)
            parked.ack()
        }
    }

    @Test func `what is sent on with its properties begins at the next consumer's first attempt`() async throws {
        let log = HandlerLog()
        let service = try host.service { _, context in log.add("\(context.attempt)") }
        try await host.running(service) { _, channel in
            var message = AMQPMessage("x")
            message.properties.headers = ["x-hob-queue": "other", "x-hob-attempts": 2, "x-hob-exchange": "e"]
            try await channel.publish(message, to: "work")
            try await eventually { log.entries == ["1"] }
        }
    }

    @Test func `headers longer than a frame are taken in, and parked without what does not fit`() async throws {
        let log = HandlerLog()
        var service = try host.service { delivery, context in
            log.add("\(delivery.text) \(context.attempt)")
            throw HandlerFailure()
        }
        service.url = try AMQPURL(host.url + "?frame_max=4096")
        try await host.running(service) { connection, channel in
            var message = AMQPMessage("x")
            message.properties.headers = [
                "large": .string(String(repeating: "x", count: 6_000)), "small": "kept", "x-death": [1],
            ]
            try await channel.publish(message, to: "work")
            try await eventually(within: .seconds(30)) {
                try await channel.queueStatus("work.parked").messageCount == 1
            }
            #expect(log.entries == ["x 1"])
            let parked = try #require(try await AMQPParking(of: "work", on: connection).messages(limit: 1).first)
            #expect(parked.attempts == 1)
            let reason = try #require(parked.reason)
            #expect(reason.contains("large") && reason.contains("HandlerFailure"))
            #expect(parked.properties.headers?["small"] == "kept")
            #expect(parked.properties.headers?["large"] == nil)
        }
    }
}
