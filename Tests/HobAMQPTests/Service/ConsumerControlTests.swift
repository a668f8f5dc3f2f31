import BrokerKit
import HobAMQP
import Logging
import ServiceLifecycle
import Synchronization
import Testing

/// A running consumer is made quiet and scaled.
@Suite(.ownThread) struct ConsumerControlTests {
    private let host: VirtualHost

    init() throws {
        host = try VirtualHost(on: .shared())
    }

    private func publish(_ count: Int, _ channel: AMQPChannel) async throws {
        let publisher = channel.publisher()
        for number in 0..<count { try await publisher.publish(AMQPMessage("\(number)"), to: "work") }
        try await publisher.drain()
    }

    @Test func `row 19: paused it takes no more, finishes what is under way and gives back what was sent ahead`()
        async throws
    {
        let log = HandlerLog()
        let gate = Gate()
        let service = try host.service { delivery, _ in
            log.begin()
            defer { log.end() }
            await gate.pass()
            log.add(delivery.text)
        }
        let control = service.control
        try await host.running(service) { _, channel in
            try await publish(20, channel)
            try await eventually { control.status.handlersUnderWay == 4 }
            // The new subscription's message waits for a place: it has been sent ahead.
            control.setConcurrency(1)
            try await eventually { try await channel.queueStatus("work").messageCount == 15 }
            control.pause()
            try await eventually { try await channel.queueStatus("work").messageCount == 16 }
            #expect(control.status.phase == .pausing && control.status.handlersUnderWay == 4)
            #expect(try await channel.queueStatus("work").consumerCount == 0)
            gate.open()
            try await eventually { control.status.phase == .paused }
            #expect(control.status.handlersUnderWay == 0 && log.entries.count == 4)
            #expect(try await channel.queueStatus("work").messageCount == 16)
            control.resume()
            try await eventually { log.entries.count == 20 }
            #expect(Set(log.entries).count == 20)
        }
        #expect(control.status.phase == .ended)
    }

    @Test func `row 19: concurrency changes while it runs, and holds while it changes`() async throws {
        let log = HandlerLog()
        let service = try host.service(concurrency: 2) { delivery, _ in
            log.begin()
            defer { log.end() }
            try await Task.sleep(for: .milliseconds(4))
            log.add(delivery.text)
        }
        try await host.running(service) { _, channel in
            try await publish(600, channel)
            try await eventually { log.entries.count > 20 }
            #expect(log.most == 2)
            service.control.setConcurrency(8)
            try await eventually { log.active == 8 }
            service.control.setConcurrency(1)
            try await eventually { log.active <= 1 }
            log.forgetMost()
            let before = log.entries.count
            try await eventually { log.entries.count > before + 20 }
            #expect(log.most == 1)
            service.control.setConcurrency(6)
            try await eventually { log.entries.count == 600 }
            #expect(log.most <= 6)
            #expect(Set(log.entries).count == 600)
        }
    }

    @Test func `whatever is changed when, each message is handled once`() async throws {
        let log = HandlerLog()
        let service = try host.service { delivery, _ in
            log.begin()
            defer { log.end() }
            await Task.yield()
            log.add(delivery.text)
        }
        try await host.running(service) { _, channel in
            try await publish(1_000, channel)
            var generator = SplitMix64(seed: 19)
            while log.entries.count < 1_000 {
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: service.control.pause()
                case 1: service.control.setConcurrency(.random(in: 1...9, using: &generator))
                default: service.control.resume()
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...6, using: &generator)))
            }
            service.control.resume()
            #expect(log.most <= 9)
            #expect(Set(log.entries).count == 1_000 && log.entries.count == 1_000)
        }
    }

    @Test func `paused stays paused when the connection is made again, and so does the concurrency`() async throws {
        let log = HandlerLog()
        let gate = Gate()
        let service = try host.service(concurrency: 2) { delivery, _ in
            log.begin()
            defer { log.end() }
            await gate.pass()
        }
        let recoveries = Mutex(0)
        var watched = service
        watched.configuration.observer = RecoveryCounter { recoveries.withLock { $0 += 1 } }
        let control = service.control
        try await host.running(watched) { _, _ in
            control.setConcurrency(5)
            control.pause()
            try await eventually { control.status.phase == .paused }
            try host.broker.closeConnections(of: host.name)
            try await eventually { recoveries.withLock { $0 } == 2 }
            let connection = try await AMQPConnection.connect(to: host.url)
            let channel = try await connection.openChannel()
            try await publish(10, channel)
            #expect(try await channel.queueStatus("work").consumerCount == 0)
            #expect(control.status.phase == .paused)
            control.resume()
            try await eventually { control.status.handlersUnderWay == 5 }
            try host.broker.closeConnections(of: host.name)
            try await eventually { recoveries.withLock { $0 } == 3 }
            // All come again, and wait for the places of the five that do not know of it.
            #expect(control.status.handlersUnderWay == 5 && log.most == 5)
            gate.open()
            try await eventually { control.status.handlersUnderWay == 0 }
            let again = try await AMQPConnection.connect(to: host.url)
            let status = try await again.openChannel()
            try await eventually { try await status.queueStatus("work").messageCount == 0 }
            await again.close()
            await connection.close()
        }
    }

    @Test func `what is set before a run holds in it, and two runs at once are refused`() async throws {
        let log = HandlerLog()
        let service = try host.service { delivery, _ in log.add(delivery.text) }
        #expect(service.control.status.phase == .idle)
        service.control.pause()
        service.control.setConcurrency(3)
        let group = ServiceGroup(services: [service], logger: Logger(label: "test"))
        let task = Task { try await group.run() }
        try await eventually { service.control.status.phase == .paused }
        let error = await #expect(throws: AMQPError.self) { try await service.run() }
        #expect(error?.message.contains("runs already") == true)
        service.control.resume()
        try await eventually { service.control.status.phase == .running }
        #expect(service.control.status.concurrency == 3)
        await group.triggerGracefulShutdown()
        try await task.value
        #expect(service.control.status.phase == .ended)
        try await host.running(service) { _, channel in
            try await publish(5, channel)
            try await eventually { log.entries.count == 5 }
            #expect(service.control.status.concurrency == 3)
        }
    }
}

/// Counts how often a connection came to stand.
private struct RecoveryCounter: AMQPObserver {
    let connected: @Sendable () -> Void

    func stateChanged(connection: String, to state: AMQPConnectionState) {
        if state == .connected, !connection.hasSuffix(" publishing") { connected() }
    }

    func moved(connection: String, _ traffic: AMQPTraffic) {}
}
