import BrokerKit
import HobAMQP
import Synchronization
import Testing

/// The connection for copies and answers, and its channels.
@Suite(.ownThread) struct AnswerChannelTests {
    private let host: VirtualHost

    init() throws {
        host = try VirtualHost(on: .shared())
    }

    @Test func `a handler's mistake on its channel fails no other handler's attempt`() async throws {
        let log = HandlerLog()
        let gate = Gate()
        defer { gate.open() }
        let service = try host.service(attempts: 1) { delivery, context in
            log.add("\(delivery.text) \(context.attempt)")
            if delivery.text == "bad" {
                try await context.channel.publish(AMQPMessage("x"), to: "", exchange: "not-there")
            }
            await gate.pass()
            try await context.channel.publish(AMQPMessage("answer"), to: "answers")
        }
        try await host.running(service) { _, channel in
            try await channel.declareQueue("answers")
            for _ in 0..<2 { try await channel.publish(AMQPMessage("good"), to: "work") }
            try await eventually { log.count("good 1") == 2 }
            try await channel.publish(AMQPMessage("bad"), to: "work")
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 1 }
            gate.open()
            try await eventually { try await channel.queueStatus("answers").messageCount == 2 }
            try await eventually { service.control.status.handlersUnderWay == 0 }
            #expect(log.entries.sorted() == ["bad 1", "good 1", "good 1"])
            #expect(try await channel.get("work.parked", noAck: true)?.text == "bad")
        }
    }

    @Test func `channels are used again, and shared where there are too few`() async throws {
        let numbers = Mutex<Set<UInt16>>([])
        var service = try host.service(concurrency: 8) { _, context in
            numbers.withLock { _ = $0.insert(context.channel.number) }
            try await context.channel.publish(AMQPMessage("answer"), to: "answers")
        }
        service.url = try AMQPURL(host.url + "?channel_max=6")
        try await host.running(service) { _, channel in
            try await channel.declareQueue("answers")
            for number in 0..<100 { try await channel.publish(AMQPMessage("\(number)"), to: "work") }
            try await eventually { try await channel.queueStatus("answers").messageCount == 100 }
            #expect(numbers.withLock { (1...3).contains($0.count) })
            #expect(try await channel.queueStatus("work.parked").messageCount == 0)
        }
    }

    @Test func `waiting for a channel is not the handler's time`() async throws {
        let proxy = try FaultProxy(to: host.broker.address)
        defer { proxy.end() }
        let log = HandlerLog()
        var service = try host.service(timeout: .milliseconds(300)) { _, context in log.add("\(context.attempt)") }
        service.url = try AMQPURL(host.url(by: proxy))
        try await host.running(service) { _, channel in
            // The first one is for copies and answers.
            proxy.inflict(.stall, .toClient, on: 0)
            try await channel.publish(AMQPMessage("x"), to: "work")
            try await eventually { service.control.status.handlersUnderWay == 1 }
            try await Task.sleep(for: .milliseconds(900))
            #expect(log.entries == [])
            proxy.inflict(.pass, .toClient, on: 0)
            try await eventually { service.control.status.handlersUnderWay == 0 }
            #expect(log.entries == ["1"])
            #expect(try await channel.queueStatus("work.retry.100").messageCount == 0)
        }
    }

    @Test(arguments: [true, false])
    func `when that connection is over for good the run ends and says so, and the message is in the queue again`(
        isCopy: Bool
    ) async throws {
        let log = HandlerLog()
        let service = try host.service(concurrency: 1) { _, context in
            log.add("begun")
            await context.channel.connection.close()
            if isCopy { throw HandlerFailure() }
        }
        try await AMQPConnection.withConnection(to: AMQPURL(host.url)) { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("work")
            for text in ["1", "2"] { try await channel.publish(AMQPMessage(text), to: "work") }
            let running = service
            let task = Task { try await running.run() }
            try await eventually { service.control.status.phase == .ended }
            task.cancel()
            let error = await #expect(throws: AMQPError.self) { try await task.value }
            #expect(error?.message.contains("publishing") == true, "\(String(describing: error))")
            #expect(log.entries == ["begun"])
            try await eventually { try await channel.queueStatus("work").messageCount == (isCopy ? 2 : 1) }
        }
    }
}
