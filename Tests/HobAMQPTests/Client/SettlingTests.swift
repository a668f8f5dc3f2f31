import BrokerKit
import HobAMQP
import HobSystem
import HobTestKit
import Testing

/// What is acknowledged, refused and let go of, in every order, with a real broker that closes the channel at a mistake.
@Suite(.ownThread) struct SettlingTests {
    private func with(_ body: (AMQPConnection, AMQPChannel, VirtualHost) async throws -> Void) async throws {
        let host = try VirtualHost(on: .shared())
        try await AMQPConnection.withConnection(to: AMQPURL(host.url)) { connection in
            try await body(connection, try await connection.openChannel(), host)
        }
    }

    private func fill(_ queue: String, _ count: Int, on channel: AMQPChannel) async throws {
        try await channel.declareQueue(queue)
        for number in 1...count { try await channel.publish(AMQPMessage("\(number)"), to: queue) }
    }

    @Test(arguments: [true, false])
    func `a refused message is refused although later ones were acknowledged a moment before`(rejects: Bool)
        async throws
    {
        try await with { connection, channel, host in
            try await fill("q", 3, on: channel)
            var messages = try await channel.consume("q", prefetch: 100).makeAsyncIterator()
            let one = try #require(try await messages.next())
            let two = try #require(try await messages.next())
            let three = try #require(try await messages.next())
            two.ack()
            three.ack()
            if rejects { one.reject(requeue: true) } else { one.nack(requeue: true) }
            let again = try #require(try await messages.next())
            #expect(again.text == "1" && again.isRedelivered)
            again.ack()
            #expect(try await channel.queueStatus("q").messageCount == 0)
            #expect(channel.closedBecause == nil)
        }
    }

    @Test func `several at once are acknowledged up to one that has been, and below ones that have been`() async throws
    {
        try await with { connection, channel, host in
            try await fill("q", 5, on: channel)
            var messages = try await channel.consume("q", prefetch: 100).makeAsyncIterator()
            var all: [AMQPDelivery] = []
            for _ in 1...5 { all.append(try #require(try await messages.next())) }
            all[2].ack()
            #expect(all[2].ack(multiple: true) == .sent)
            all[4].ack()
            #expect(all[3].ack(multiple: true) == .sent)
            #expect(all[3].ack(multiple: true) == .settledBefore)
            // The broker answers behind them, so it has taken them.
            #expect(try await channel.queueStatus("q").consumerCount == 1)
            try await channel.close()
            let other = try await connection.openChannel()
            #expect(try await other.queueStatus("q").messageCount == 0)
        }
    }

    @Test func `what was acknowledged counts when the channel is let go of at once`() async throws {
        try await with { connection, channel, host in
            try await fill("q", 20, on: channel)
            for number in 1...20 {
                // Delivery, consumer and channel are gone before the acknowledgement's millisecond is over.
                let other = try await connection.openChannel(confirms: false)
                var messages = try await other.consume("q", prefetch: 8).makeAsyncIterator()
                let delivery = try #require(try await messages.next())
                #expect(delivery.text == "\(number)" && delivery.ack() == .sent)
            }
            try await eventually { try await channel.queueStatus("q").consumerCount == 0 }
            #expect(try await channel.queueStatus("q").messageCount == 0)
        }
    }

    @Test func `a message that was asked for singly and came too late is in the queue again, and not acknowledged`()
        async throws
    {
        let host = try VirtualHost(on: .shared())
        let proxy = try FaultProxy(to: host.broker.address)
        defer { proxy.end() }
        try await AMQPConnection.withConnection(to: AMQPURL(host.url(by: proxy))) { connection in
            let channel = try await connection.openChannel()
            try await fill("q", 3, on: channel)
            proxy.inflict(.stall, .toClient)
            let late = Task { try await channel.get("q") }
            try await eventually {
                try await AMQPConnection.withConnection(to: AMQPURL(host.url)) {
                    try await $0.openChannel().queueStatus("q").messageCount == 2
                }
            }
            late.cancel()
            await #expect(throws: CancellationError.self) { _ = try await late.value }
            proxy.inflict(.pass, .toClient)
            // It comes, goes back, and comes again.
            var texts: [String] = []
            for _ in 1...3 {
                let delivery = try #require(try await channel.get("q"))
                texts.append(delivery.text)
                delivery.ack()
            }
            #expect(Set(texts) == ["1", "2", "3"])
            #expect(channel.closedBecause == nil)
        }
    }

    @Test func `who lets go of a consumer without acknowledgements keeps his channel`() async throws {
        try await with { connection, channel, host in
            for _ in 1...5 {
                try await fill("q", 50, on: channel)
                let consumer = try await channel.consume("q", noAck: true)
                for try await _ in consumer { break }
            }
            _ = try await channel.queueStatus("q")
            #expect(channel.closedBecause == nil)
        }
    }

    @Test func `a queue that goes with its consumer is not made again`() async throws {
        let host = try VirtualHost(on: .shared())
        let proxy = try FaultProxy(to: host.broker.address)
        defer { proxy.end() }
        try await AMQPConnection.withConnection(to: AMQPURL(host.url(by: proxy))) { connection in
            let channel = try await connection.openChannel()
            let queue = try await channel.declareQueue("q", durable: false, autoDelete: true).name
            try await channel.publish(AMQPMessage("x"), to: queue)
            for try await delivery in try await channel.consume(queue) {
                delivery.ack()
                break
            }
            try await eventually {
                do {
                    _ = try await connection.openChannel().queueStatus(queue)
                    return false
                } catch let error as AMQPError where error.replyCode == .notFound {
                    return true
                }
            }
            proxy.inflict(.reset)
            try await eventually { connection.traffic.recoveries == 1 }
            await #expect(throws: AMQPError.self) { _ = try await connection.openChannel().queueStatus(queue) }
        }
    }

    @Test func `a consumer that the broker refuses on the way back ends, and everything else goes on`() async throws {
        let host = try VirtualHost(on: .shared())
        let proxy = try FaultProxy(to: host.broker.address)
        defer { proxy.end() }
        try await AMQPConnection.withConnection(to: AMQPURL(host.url)) { owner in
            let admin = try await owner.openChannel()
            for name in ["gone", "stays"] { try await admin.declareQueue(name) }
            try await AMQPConnection.withConnection(to: AMQPURL(host.url(by: proxy))) { connection in
                let first = try await connection.openChannel()
                let second = try await connection.openChannel()
                let gone = try await first.consume("gone")
                let sibling = try await first.consume("stays")
                var messages = try await second.consume("stays").makeAsyncIterator()
                proxy.refuse(true)
                proxy.inflict(.reset)
                try await eventually { connection.state != .connected }
                _ = try await admin.deleteQueue("gone")
                proxy.refuse(false)
                try await eventually { connection.state == .connected }
                // The queue was somebody else's: the broker has closed the channel, and only that.
                let error = await #expect(throws: AMQPError.self) { for try await _ in gone {} }
                #expect(error?.replyCode == .notFound, "\(String(describing: error))")
                await #expect(throws: AMQPError.self) { for try await _ in sibling {} }
                try await admin.publish(AMQPMessage("on"), to: "stays")
                #expect(try await messages.next()?.text == "on")
            }
        }
    }

    @Test func `calls on a connection that is over say so at once`() async throws {
        let host = try VirtualHost(on: .shared())
        let connection = try await AMQPConnection.connect(to: host.url)
        let channel = try await connection.openChannel()
        // A call with a deadline, so that a timer is due when the end comes.
        try await channel.declareQueue("q")
        await connection.close()
        for call in [
            { _ = try await channel.queueStatus("q") }, { _ = try await channel.get("q") },
            { try await channel.declareQueue("q") }, { _ = try await channel.purgeQueue("q") },
            { _ = try await channel.consume("q") }, { try await channel.publish(AMQPMessage("x"), to: "q") },
            { _ = try await connection.openChannel() },
            { try await connection.updateSecret("s", reason: "r") },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: AMQPError.self) { try await call() }
            #expect(error?.code == .connectionClosed || error?.code == .channelClosed, "\(String(describing: error))")
        }
    }

    @Test func `frames without a limit are asked for, and the broker's limit holds`() async throws {
        let host = try VirtualHost(on: .shared())
        try await AMQPConnection.withConnection(to: AMQPURL(host.url + "?frame_max=0&channel_max=0")) { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("q")
            try await channel.publish(AMQPMessage(body: [UInt8](repeating: 7, count: 300_000)), to: "q")
            #expect(try await channel.get("q", noAck: true)?.body.count == 300_000)
        }
    }

    @Test func `a secret that cannot be said is an error`() async throws {
        try await with { connection, channel, host in
            let long = String(repeating: "x", count: 300)
            await #expect(throws: AMQPError.self) { try await connection.updateSecret("s", reason: long) }
            #expect(connection.state == .connected)
        }
    }
}
