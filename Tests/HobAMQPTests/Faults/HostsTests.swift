import BrokerKit
import HobAMQP
import HobPolicy
import HobSystem
import Testing

/// Several hosts, of which some are no good.
@Suite(.ownThread) struct HostsTests {
    private let host: VirtualHost

    init() throws {
        host = try VirtualHost(on: .shared())
    }

    /// Hosts are begun with by chance; so often that the bad one was surely first once.
    private func connectOften(_ url: String, times: Int = 8) async throws {
        for _ in 0..<times {
            let connection = try await AMQPConnection.connect(to: url)
            #expect(connection.state == .connected)
            await connection.close()
        }
    }

    private func url(_ hosts: [SocketAddress], _ more: String = "") -> String {
        "amqp://guest:guest@\(hosts.map(\.description).joined(separator: ","))/\(host.name)\(more)"
    }

    @Test func `one that refuses, one that has no name, and one that hangs up at once, are passed over`() async throws {
        let rude = try FaultProxy(to: host.broker.address)
        defer { rude.end() }
        rude.refuse(true)
        try await connectOften(
            "amqp://guest:guest@127.0.0.1:1,no-such-host.invalid,\(rude.address),\(host.broker.address)/\(host.name)")
    }

    @Test func `one that never answers costs its time and no more`() async throws {
        let hole = try FaultProxy(to: host.broker.address)
        defer { hole.end() }
        hole.otherwise(.after(0, .toClient, .blackHole))
        try await connectOften(url([hole.address, host.broker.address], "?connection_timeout=1000"), times: 4)
    }

    @Test func `one that does not know the user is passed over; if all are such, that is the error`() async throws {
        try await Broker.exclusively { other in
            let name = "only-there"
            try other.evaluate(
                "rabbit_auth_backend_internal:add_user(<<\"\(name)\">>, <<\"secret\">>, <<\"hob\">>), "
                    + "rabbit_auth_backend_internal:set_permissions(<<\"\(name)\">>, <<\"/\">>, <<\".*\">>, "
                    + "<<\".*\">>, <<\".*\">>, <<\"hob\">>)")
            defer { _ = try? other.evaluate("rabbit_auth_backend_internal:delete_user(<<\"\(name)\">>, <<\"hob\">>)") }
            try await connectOften("amqp://\(name):secret@\(host.broker.address),\(other.address)/%2F")
            let error = await #expect(throws: AMQPError.self) {
                _ = try await AMQPConnection.connect(to: "amqp://\(name):wrong@\(host.broker.address),\(other.address)")
            }
            #expect(error?.code == .refused)
        }
    }

    @Test func `when the host in use dies the other one is taken, and nothing confirmed is lost`() async throws {
        let proxies = [try FaultProxy(to: host.broker.address), try FaultProxy(to: host.broker.address)]
        defer { for proxy in proxies { proxy.end() } }
        let connection = try await AMQPConnection.connect(to: url(proxies.map(\.address)))
        let channel = try await connection.openChannel()
        try await channel.declareQueue("q")
        var iterator = try await channel.consume("q").makeAsyncIterator()
        var number = 0
        // There and back again.
        for round in 1...4 {
            for _ in 0..<20 {
                try await channel.publish(AMQPMessage("\(number)"), to: "q")
                // Those before it may come again, whose acknowledgements were on the way.
                var text: String?
                repeat {
                    let delivery = try await iterator.next()
                    delivery?.ack()
                    text = delivery?.text
                } while text != nil && text != "\(number)"
                number += 1
            }
            let inUse = try #require(proxies.firstIndex { $0.connections.contains { !$0.isOver } })
            proxies[1 - inUse].refuse(false)
            proxies[inUse].refuse(true)
            proxies[inUse].inflict(round % 2 == 0 ? .reset : .close)
            try await eventually { connection.traffic.recoveries == UInt64(round) }
            #expect(proxies[1 - inUse].connections.contains { !$0.isOver })
        }
        await connection.close()
    }

    @Test func `when all have gone it waits, and takes the first that is back`() async throws {
        let proxies = [try FaultProxy(to: host.broker.address), try FaultProxy(to: host.broker.address)]
        defer { for proxy in proxies { proxy.end() } }
        let connection = try await AMQPConnection.connect(to: url(proxies.map(\.address)))
        let channel = try await connection.openChannel()
        try await channel.declareQueue("q")
        for proxy in proxies {
            proxy.refuse(true)
            proxy.inflict(.reset)
        }
        try await eventually { connection.state != .connected }
        let publish = Task { try await channel.publish(AMQPMessage("x"), to: "q") }
        proxies[1].refuse(false)
        try await publish.value
        #expect(connection.traffic.recoveries == 1)
        await connection.close()
    }
}
