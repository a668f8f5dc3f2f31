import BrokerKit
import HobAMQP
import Synchronization
import Testing

/// What lies in a parking queue is looked at, put back and thrown away.
@Suite(.ownThread) struct ParkingTests {
    private let host: VirtualHost

    init() throws {
        host = try VirtualHost(on: .shared())
    }

    private func with(_ body: (AMQPConnection, AMQPChannel) async throws -> Void) async throws {
        try await AMQPConnection.withConnection(to: AMQPURL(host.url)) { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("work")
            try await channel.declareQueue("work.parked")
            try await body(connection, channel)
        }
    }

    private func park(_ texts: [String], _ channel: AMQPChannel) async throws {
        for text in texts {
            var message = AMQPMessage(text)
            message.properties.messageID = "id-\(text)"
            message.properties.headers = [
                AMQPRetryLadder.attemptsHeader: 3, AMQPRetryLadder.reasonHeader: "because",
                AMQPRetryLadder.failedAtHeader: .timestamp(1_700_000_000), "x-hob-exchange": "e",
                "x-hob-routing-key": "k",
            ]
            try await channel.publish(message, to: "work.parked")
        }
    }

    private func drain(_ queue: String, _ channel: AMQPChannel) async throws -> [String] {
        var texts: [String] = []
        while let delivery = try await channel.get(queue, noAck: true) { texts.append(delivery.text) }
        return texts
    }

    @Test func `looking leaves everything as it was, in its order`() async throws {
        try await with { connection, channel in
            try await park(["a", "b", "c"], channel)
            let parking = AMQPParking(of: "work", on: connection)
            let seen = try await parking.messages(limit: 2)
            #expect(seen.map { String(decoding: $0.body, as: UTF8.self) } == ["a", "b"])
            #expect(seen[0].attempts == 3 && seen[0].reason == "because" && seen[0].failedAt == 1_700_000_000)
            #expect(seen[0].exchange == "e" && seen[0].routingKey == "k")
            try await eventually { try await parking.count() == 3 }
            #expect(try await parking.messages(limit: 100).count == 3)
            try await eventually { try await parking.count() == 3 }
            #expect(try await drain("work.parked", channel) == ["a", "b", "c"])
        }
    }

    @Test func `what is put back begins anew, in its order, and the rest stays in its`() async throws {
        try await with { connection, channel in
            try await park(["a", "b", "c", "d", "e"], channel)
            let parking = AMQPParking(of: "work", on: connection)
            let meant: Set = ["id-b", "id-d", "id-x"]
            #expect(try await parking.messages(limit: 9, messageIDs: meant).count == 2)
            var told: [String] = []
            #expect(try await parking.redrive(messageIDs: meant) { told.append("\($0) \($1 ?? "")") } == 2)
            #expect(told == ["1 id-b", "2 id-d"])
            #expect(try await parking.redrive(limit: 1) == 1)
            let first = try #require(try await channel.get("work", noAck: true))
            #expect(first.text == "b" && first.properties.messageID == "id-b")
            #expect(AMQPRetryLadder.attempts(of: first.properties, in: "work") == 0)
            #expect(try await drain("work", channel) == ["d", "a"])
            #expect(try await drain("work.parked", channel) == ["c", "e"])
        }
    }

    @Test func `what is thrown away is gone, and no other`() async throws {
        try await with { connection, channel in
            try await park(["a", "b", "c"], channel)
            let parking = AMQPParking(of: "work", on: connection)
            #expect(try await parking.discard(messageIDs: ["id-b"]) == 1)
            #expect(try await parking.messages(limit: 9).map(\.properties.messageID) == ["id-a", "id-c"])
            #expect(try await parking.discard(messageIDs: nil) == 2)
            #expect(try await parking.count() == 0)
        }
    }

    @Test func `a message without headers or id is put back too`() async throws {
        try await with { connection, channel in
            try await channel.publish(AMQPMessage("bare", properties: AMQPProperties()), to: "work.parked")
            let parking = AMQPParking(of: "work", on: connection)
            #expect(try await parking.redrive(messageIDs: ["x"]) == 0)
            #expect(try await parking.redrive() == 1)
            #expect(try await drain("work", channel) == ["bare"])
        }
    }

    @Test func `where a queue is not there, nothing is put back and the error says so`() async throws {
        try await with { connection, channel in
            try await park(["a"], channel)
            try await channel.deleteQueue("work")
            let parking = AMQPParking(of: "work", on: connection)
            let error = await #expect(throws: AMQPError.self) { try await parking.redrive() }
            #expect(error?.replyCode == .notFound && error?.message.contains("no queue 'work'") == true)
            #expect(try await parking.count() == 1)
            let none = AMQPParking(of: "wrok", on: connection)
            let other = await #expect(throws: AMQPError.self) { try await none.count() }
            #expect(other?.message.contains("'wrok.parked'") == true)
        }
    }

    @Test func `what the queue does not take stays parked, and no channel is left open`() async throws {
        try await with { connection, channel in
            try await channel.deleteQueue("work")
            try await channel.declareQueue("work", arguments: ["x-max-length": 1, "x-overflow": "reject-publish"])
            try await park(["a", "b", "c"], channel)
            let parking = AMQPParking(of: "work", on: connection)
            let error = await #expect(throws: AMQPError.self) { try await parking.redrive() }
            #expect(error?.code == .notTaken)
            try await eventually { try await parking.count() == 2 }
            #expect(try await parking.messages(limit: 9).map(\.properties.messageID) == ["id-b", "id-c"])
            #expect(try await drain("work", channel) == ["a"])
            #expect(try await connection.openChannel().number == 2)
        }
    }

    @Test func `a cancelled re-drive stops behind what is on its way`() async throws {
        try await with { connection, channel in
            try await park((0..<120).map { "\($0)" }, channel)
            let parking = AMQPParking(of: "work", on: connection)
            let task = Task {
                try await parking.redrive { count, _ in if count == 10 { withUnsafeCurrentTask { $0?.cancel() } } }
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            try await eventually { try await parking.count() == 70 }
            #expect(try await drain("work", channel) == (0..<50).map { "\($0)" })
            #expect(try await drain("work.parked", channel) == (50..<120).map { "\($0)" })
        }
    }
}
