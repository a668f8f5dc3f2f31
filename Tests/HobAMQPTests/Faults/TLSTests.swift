import BrokerKit
import Glibc
import HobAMQP
import HobSystem
import Testing

/// TLS with a real broker: who is let in, who is not, and what is said then.
@Suite(.ownThread) struct TLSTests {
    private let broker: Broker
    private let url: String
    private let certificates: String

    init() throws {
        broker = try .shared()
        url = "\(try #require(broker.secureBase))/%2F"
        certificates = try #require(broker.certificates)
    }

    private var trusting: String { "\(url)?cacertfile=\(certificates)/ca.pem" }

    private func refusal(
        _ url: String, _ code: AMQPError.Code = .connectionFailed, _ location: SourceLocation = #_sourceLocation
    ) async -> String {
        let error = await #expect(throws: AMQPError.self, sourceLocation: location) {
            let connection = try await AMQPConnection.connect(to: url)
            await connection.close()
        }
        #expect(error?.code == code, sourceLocation: location)
        return error?.message ?? ""
    }

    @Test func `verified by name and authority, large messages go both ways`() async throws {
        let connection = try await AMQPConnection.connect(to: trusting)
        let channel = try await connection.openChannel()
        let queue = try await channel.declareQueue(exclusive: true).name
        let body = [UInt8](repeating: 9, count: 3_000_000)
        try await channel.publish(AMQPMessage(body: body), to: queue)
        #expect(try await channel.get(queue)?.body == body)
        await connection.close()
    }

    @Test func `an address is verified as an address`() async throws {
        let parts = url.split(separator: ":")
        let port = try #require(parts.last?.split(separator: "/").first)
        let address = "amqps://guest:guest@127.0.0.1:\(port)/%2F?cacertfile=\(certificates)/ca.pem"
        let connection = try await AMQPConnection.connect(to: address)
        await connection.close()
    }

    @Test func `an authority that nobody trusts is refused, and the sentence says how to trust it`() async {
        let message = await refusal(url)
        #expect(message.contains("cacertfile") && message.contains("localhost"), "\(message)")
    }

    @Test func `another name than asked for is refused, and both are told`() async throws {
        let message = await refusal("\(trusting)&server_name_indication=broker.example")
        #expect(message.contains("not for 'broker.example'") && message.contains("for localhost"), "\(message)")
    }

    @Test func `without verification anybody will do`() async throws {
        let connection = try await AMQPConnection.connect(
            to: "\(url)?verify=verify_none&server_name_indication=broker.example")
        await connection.close()
    }

    @Test func `a broker that shows another's certificate, or an expired one, is refused`() async throws {
        try await Broker.exclusively { broker in
            let url = "\(try #require(broker.secureBase))/%2F?cacertfile=\(try #require(broker.certificates))/ca.pem"
            try broker.show("elsewhere")
            defer { try? broker.show("server") }
            let wrong = await refusal(url)
            #expect(wrong.contains("not for 'localhost'") && wrong.contains("elsewhere.example"), "\(wrong)")
            let named = try await AMQPConnection.connect(to: "\(url)&server_name_indication=elsewhere.example")
            await named.close()
            try broker.show("expired")
            let expired = await refusal(url)
            #expect(expired.contains("expired") && expired.contains("valid from"), "\(expired)")
            try broker.show("server")
            let right = try await AMQPConnection.connect(to: url)
            await right.close()
        }
    }

    @Test func `a certificate is a log-in, and without one EXTERNAL is refused`() async throws {
        let own = "certfile=\(certificates)/client.pem&keyfile=\(certificates)/client.key"
        let connection = try await AMQPConnection.connect(to: "\(trusting)&\(own)&auth_mechanism=external")
        let channel = try await connection.openChannel()
        let queue = try await channel.declareQueue(exclusive: true).name
        var message = AMQPMessage("who")
        message.properties.userID = "hob-client"
        try await channel.publish(message, to: queue)
        message.properties.userID = "guest"
        await #expect(throws: AMQPError.self) { try await channel.publish(message, to: queue) }
        await connection.close()
        let none = await refusal("\(trusting)&auth_mechanism=external", .refused)
        #expect(none.contains("EXTERNAL"), "\(none)")
    }

    @Test func `files that are not there or are no certificates are named`() async {
        for file in ["none.pem", "client.key"] {
            let message = await refusal("\(url)?cacertfile=\(certificates)/\(file)", .tlsConfiguration)
            #expect(message.contains(file), "\(message)")
        }
        let key = "certfile=\(certificates)/client.pem&keyfile=\(certificates)/ca.pem"
        let message = await refusal("\(trusting)&\(key)", .tlsConfiguration)
        #expect(message.contains("client.pem"), "\(message)")
    }

    @Test func `TLS to a port without, and none to a port with TLS, say so`() async {
        let port = url.split(separator: ":").last?.split(separator: "/").first ?? ""
        let plain = await refusal("amqp://guest:guest@127.0.0.1:\(port)/%2F")
        #expect(plain.contains("amqps://"), "\(plain)")
        let secure = await refusal("amqps://guest:guest@\(broker.address)/%2F?cacertfile=\(certificates)/ca.pem")
        #expect(secure.contains("amqp://"), "\(secure)")
    }
}

extension Broker {
    /// Lets it show another of its certificates from now on.
    fileprivate func show(_ name: String) throws {
        let certificates = try #require(certificates)
        // In place: the file stays the broker's own.
        let bytes = try Descriptor.open("\(certificates)/\(name).pem", flags: .readOnly).readAll(limit: 1 << 20)
        let target = try Descriptor.open("\(directory)/home/server.pem", flags: [.writeOnly, .truncate])
        try target.writeAll(bytes)
        target.close()
        try evaluate("ssl:clear_pem_cache()")
    }
}
