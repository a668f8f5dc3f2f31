import BrokerKit
import HobAMQP
import HobSystem
import Testing

/// Brokers that do not finish what they have begun.
@Suite(.ownThread) struct HandshakeTests {
    private let host: VirtualHost

    init() throws {
        host = try VirtualHost(on: .shared())
    }

    @Test func `a broker that falls silent at any step of the handshake is given up in time`() async throws {
        let steps = try await stepsToClient()
        for (name, offset) in zip(["its greeting", "its offer of limits", "its consent"], steps) {
            for fault in [FaultScript.Fault.stall, .blackHole] {
                let proxy = try FaultProxy(to: host.broker.address, script: .after(offset, .toClient, fault))
                defer { proxy.end() }
                let start = ContinuousClock.now
                let error = await #expect(throws: AMQPError.self, "\(fault) before \(name)") {
                    _ = try await AMQPConnection.connect(to: host.url(by: proxy) + "?connection_timeout=200")
                }
                #expect(error?.code == .connectionFailed)
                #expect(error?.message.contains("did not come about within 0.2 seconds") == true)
                #expect(ContinuousClock.now - start >= .milliseconds(200))
            }
        }
    }

    @Test func `a broker that hangs up at any step of the handshake is told from one that refuses`() async throws {
        for offset in try await stepsToClient() {
            for fault in [FaultScript.Fault.reset, .close] {
                let proxy = try FaultProxy(to: host.broker.address, script: .after(offset, .toClient, fault))
                defer { proxy.end() }
                let error = await #expect(throws: AMQPError.self) {
                    _ = try await AMQPConnection.connect(to: host.url(by: proxy))
                }
                #expect(error?.code == .connectionFailed, "\(fault) behind \(offset) bytes")
            }
        }
    }

    @Test func `half a frame is no answer`() async throws {
        for offset in try await stepsToClient().map({ $0 + 5 }) {
            let proxy = try FaultProxy(to: host.broker.address, script: .after(offset, .toClient, .stall))
            defer { proxy.end() }
            let error = await #expect(throws: AMQPError.self) {
                _ = try await AMQPConnection.connect(to: host.url(by: proxy) + "?connection_timeout=200")
            }
            #expect(error?.code == .connectionFailed)
        }
    }

    /// The offsets before start, tune and open-ok.
    private func stepsToClient() async throws -> [Int] {
        var script = FaultScript()
        script.isRecorded = true
        let proxy = try FaultProxy(to: host.broker.address, script: script)
        defer { proxy.end() }
        try await AMQPConnection.withConnection(to: AMQPURL(host.url(by: proxy))) { _ in }
        _ = proxy.waitForEnd()
        return Array(FrameBoundaries.of(proxy.connections[0].record[1]).prefix(3))
    }
}
