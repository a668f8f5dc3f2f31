import BrokerKit
import HobAMQP
import Logging
import ServiceLifecycle
import Testing

/// A consumer service ends, whatever its handlers and the broker do.
@Suite(.ownThread) struct ConsumerStopTests {
    private let host: VirtualHost

    init() throws {
        host = try VirtualHost(on: .shared())
    }

    private func messages(in queue: String = "work") async throws -> Int {
        let connection = try await AMQPConnection.connect(to: host.url)
        let count = try await connection.openChannel().queueStatus(queue).messageCount
        await connection.close()
        return count
    }

    @Test func `a handler that never listens does not hold up the stop, and its message is in the queue again`()
        async throws
    {
        let gate = Gate()
        defer { gate.open() }
        var service = try host.service { _, _ in await gate.pass() }
        service.drainTimeout = .milliseconds(100)
        service.cancellationTimeout = .milliseconds(100)
        // It returns: the gate opens only behind it.
        try await host.running(service) { _, channel in
            try await channel.publish(AMQPMessage("x"), to: "work")
            try await eventually { service.control.status.handlersUnderWay == 1 }
        }
        try await eventually { try await messages() == 1 }
        #expect(service.control.status.phase == .ended)
    }

    @Test func `a handler that never listens keeps its place after its timeout, but not its message`() async throws {
        let log = HandlerLog()
        let gate = Gate()
        let service = try host.service(attempts: 1, concurrency: 2, timeout: .milliseconds(100)) { delivery, _ in
            log.begin()
            defer { log.end() }
            await gate.pass()
        }
        try await host.running(service) { _, channel in
            for number in 0..<6 { try await channel.publish(AMQPMessage("\(number)"), to: "work") }
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 2 }
            // The next ones have been sent ahead and wait for a place.
            #expect(log.most == 2 && service.control.status.handlersUnderWay == 2)
            gate.open()
            try await eventually { try await channel.queueStatus("work").messageCount == 0 }
            try await eventually { service.control.status.handlersUnderWay == 0 }
            #expect(try await channel.queueStatus("work.parked").messageCount == 2)
            #expect(log.most == 2)
        }
    }

    @Test func `a stop while there is no broker returns at once`() async throws {
        let service = AMQPConsumerService(queue: "work", url: try AMQPURL("amqp://127.0.0.1:1")) { _, _ in }
        let group = ServiceGroup(services: [service], logger: Logger(label: "test"))
        let task = Task { try await group.run() }
        try await eventually { service.control.status.phase == .starting }
        await group.triggerGracefulShutdown()
        try await task.value
        #expect(service.control.status.phase == .ended)
    }

    @Test func `a cancelled run ends, and the message is in the queue again`() async throws {
        var service = try host.service { _, _ in try await Task.sleep(for: .seconds(600)) }
        service.cancellationTimeout = .seconds(60)
        let running = service
        let task = Task { try await running.run() }
        try await eventually { service.control.status.phase == .running }
        try await AMQPConnection.withConnection(to: AMQPURL(host.url)) { connection in
            try await connection.openChannel().publish(AMQPMessage("x"), to: "work")
        }
        try await eventually { service.control.status.handlersUnderWay == 1 }
        task.cancel()
        try await task.value
        try await eventually { try await messages() == 1 }
    }

    @Test func `who may not consume the queue is told so, and does not ask for ever`() async throws {
        try host.broker.evaluate(
            "rabbit_auth_backend_internal:add_user(<<\"deaf-\(host.name)\">>, <<\"p\">>, <<\"hob\">>), "
                + "rabbit_auth_backend_internal:set_permissions(<<\"deaf-\(host.name)\">>, <<\"\(host.name)\">>, "
                + "<<\".*\">>, <<\".*\">>, <<\"^$\">>, <<\"hob\">>)")
        defer {
            _ = try? host.broker.evaluate(
                "rabbit_auth_backend_internal:delete_user(<<\"deaf-\(host.name)\">>, <<\"hob\">>)")
        }
        var url = try AMQPURL(host.url)
        url.user = "deaf-\(host.name)"
        url.password = "p"
        let service = AMQPConsumerService(queue: "work", url: url) { _, _ in }
        let error = await #expect(throws: AMQPError.self) { try await service.run() }
        #expect(error?.replyCode == .accessRefused)
    }

    @Test func `a queue that is there and differs is an error that says what to do`() async throws {
        _ = try await AMQPConnection.withConnection(to: AMQPURL(host.url)) { connection in
            try await connection.openChannel().declareQueue("work", arguments: ["x-max-priority": 5])
        }
        var service = try host.service { _, _ in }
        let error = await #expect(throws: AMQPError.self) { try await service.run() }
        #expect(error?.replyCode == .preconditionFailed)
        #expect(error?.message.contains("queue 'work' is there already") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("`queueArguments`") == true)
        service.queueArguments = ["x-max-priority": 5]
        try await host.running(service) { _, _ in }
        service.retries.queueArguments = ["x-max-length": 10]
        let other = await #expect(throws: AMQPError.self) { try await service.run() }
        #expect(other?.message.contains("'work.retry.100'") == true && other?.message.contains("`retries.") == true)
    }
}
