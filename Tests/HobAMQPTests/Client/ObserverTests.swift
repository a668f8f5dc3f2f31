import BrokerKit
import HobAMQP
import HobSystem
import Logging
import MetricsTestKit
import Synchronization
import Testing

/// What a connection tells of itself.
@Suite(.ownThread) struct ObserverTests {
    private final class Notes: AMQPObserver {
        let states = Mutex<[AMQPConnectionState]>([])
        let traffic = Mutex(AMQPTraffic())

        func stateChanged(connection: String, to state: AMQPConnectionState) {
            states.withLock { $0.append(state) }
        }

        func moved(connection: String, _ traffic: AMQPTraffic) {
            self.traffic.withLock {
                $0.published += traffic.published
                $0.confirmed += traffic.confirmed
                $0.delivered += traffic.delivered
            }
        }
    }

    private struct Lines: LogHandler {
        final class Collected: Sendable { let lines = Mutex<[String]>([]) }

        let collected: Collected
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            collected.lines.withLock { $0.append("\(event.level): \(event.message)") }
        }
    }

    @Test func `one line and one call for each change of state, and no password in them`() async throws {
        let host = try VirtualHost(on: .shared())
        let proxy = try FaultProxy(to: host.broker.address)
        defer { proxy.end() }
        let notes = Notes()
        let collected = Lines.Collected()
        var configuration = AMQPConfiguration()
        configuration.observer = notes
        configuration.logger = Logger(label: "amqp") { _ in Lines(collected: collected) }
        configuration.recovery.backoff = Backoff(initial: .milliseconds(20), maximum: .milliseconds(500))
        let connection = try await AMQPConnection.connect(
            to: AMQPURL(host.url(by: proxy)), configuration: configuration)
        let channel = try await connection.openChannel()
        try await channel.declareQueue("q")
        for _ in 0..<3 { try await channel.publish(AMQPMessage("x"), to: "q") }
        #expect(try await channel.get("q", noAck: true) != nil)
        proxy.inflict(.reset)
        try await eventually { connection.traffic.recoveries == 1 }
        await connection.close()
        let states = notes.states.withLock { $0 }
        #expect(states.count == 5, "\(states)")
        #expect(states.first == .connected && states[2] == .connected && states[3] == .closing)
        #expect(states.last == .closed(reason: "by the application"))
        let lines = collected.lines.withLock { $0 }
        #expect(lines.count == 5, "\(lines)")
        #expect(lines[1].contains("warning: AMQP connection is recovering"))
        #expect(!lines.joined().contains("guest"))
        #expect(notes.traffic.withLock { $0.published } == 3)
        #expect(notes.traffic.withLock { $0.confirmed } == 3)
        #expect(notes.traffic.withLock { $0.delivered } == 1)
    }

    @Test func `a broker that is not there is told of once, not at each attempt, also before the first connection`()
        async throws
    {
        let host = try VirtualHost(on: .shared())
        let proxy = try FaultProxy(to: host.broker.address)
        let address = proxy.address
        proxy.end()
        let collected = Lines.Collected()
        var configuration = AMQPConfiguration()
        configuration.logger = Logger(label: "amqp") { _ in Lines(collected: collected) }
        configuration.recovery = AMQPRecovery(
            backoff: Backoff(initial: .milliseconds(1), maximum: .milliseconds(2)), maximumRounds: 20,
            persistsAtStart: true)
        await #expect(throws: AMQPError.self) {
            _ = try await AMQPConnection.connect(
                to: AMQPURL(host.broker.url(by: address)), configuration: configuration)
        }
        let lines = collected.lines.withLock { $0 }
        #expect(lines.count == 2, "\(lines)")
        #expect(lines.first?.contains("recovering") == true && lines.first?.contains("\(address)") == true, "\(lines)")
        #expect(lines.last?.contains("closed") == true, "\(lines)")
    }

    @Test func `swift-metrics counts`() async throws {
        let host = try VirtualHost(on: .shared())
        let metrics = TestMetrics()
        var configuration = AMQPConfiguration()
        configuration.name = "shop"
        configuration.observer = AMQPMetrics(factory: metrics)
        let connection = try await AMQPConnection.connect(to: host.url, configuration: configuration)
        let channel = try await connection.openChannel()
        try await channel.declareQueue("q")
        for _ in 0..<3 { try await channel.publish(AMQPMessage("x"), to: "q") }
        await connection.close()
        let label = [("connection", "shop")]
        #expect(try metrics.expectCounter("amqp_confirmed_total", label).values.reduce(0, +) == 3)
        #expect(try metrics.expectGauge("amqp_connected", label).lastValue == 0)
    }
}
