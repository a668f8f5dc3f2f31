import BrokerKit
import HobAMQP
import HobSystem
import Testing

/// Connecting to a real broker, and what can go wrong with it.
@Suite(.ownThread) struct ConnectionTests {
    private let broker: Broker

    init() throws {
        broker = try .shared()
    }

    private func failure(_ url: String, _ configuration: AMQPConfiguration = AMQPConfiguration()) async -> AMQPError? {
        await #expect(throws: AMQPError.self) {
            let connection = try await AMQPConnection.connect(to: url, configuration: configuration)
            await connection.close()
        }
    }

    @Test func `a wrong password is refused with the broker's words, and is not in them`() async throws {
        let error = await failure("amqp://guest:s3cret@\(broker.address)")
        #expect(error?.code == .refused && error?.replyCode == .accessRefused)
        #expect(error?.message.contains("s3cret") == false)
    }

    @Test func `a virtual host that is not there is named`() async throws {
        let error = await failure("\(broker.base)/no-such-host")
        #expect(error?.code == .refused && error?.replyCode == .notAllowed)
        #expect(error?.message.contains("no-such-host") == true)
    }

    @Test func `nobody there, and a name that nobody has`() async throws {
        #expect(await failure("amqp://127.0.0.1:1")?.code == .connectionFailed)
        #expect(await failure("amqp://no-such-host.invalid")?.message.contains("no-such-host.invalid") == true)
    }

    @Test func `a server that speaks something else`() async throws {
        let echo = try EchoServer()
        defer { echo.end() }
        // It says what we say: our own protocol header, which a server sends only to say no.
        #expect(await failure("amqp://\(echo.address)")?.message.contains("speaks AMQP 0-9-1") == true)
    }

    @Test func `a server that says nothing is given up`() async throws {
        let proxy = try FaultProxy(to: broker.address, script: .after(0, .toClient, .blackHole))
        defer { proxy.end() }
        let error = await failure(broker.url(by: proxy.address) + "?connection_timeout=300")
        #expect(error?.code == .connectionFailed)
    }

    @Test func `the second host is tried when the first does not answer`() async throws {
        let host = try VirtualHost(on: broker)
        let connection = try await AMQPConnection.connect(
            to: "amqp://guest:guest@127.0.0.1:1,\(broker.address)/\(host.name)")
        #expect(connection.state == .connected)
        await connection.close()
        #expect(connection.state == .closed(reason: "by the application"))
        let error = await #expect(throws: AMQPError.self) { _ = try await connection.openChannel() }
        #expect(error?.code == .connectionClosed)
    }

    @Test func `a new secret is taken, and used when the connection is made again`() async throws {
        let host = try VirtualHost(on: broker)
        let user = "secretive"
        try broker.evaluate(
            "rabbit_auth_backend_internal:add_user(<<\"\(user)\">>, <<\"old\">>, <<\"hob\">>), "
                + "rabbit_auth_backend_internal:set_permissions(<<\"\(user)\">>, <<\"\(host.name)\">>, <<\".*\">>, "
                + "<<\".*\">>, <<\".*\">>, <<\"hob\">>)")
        defer { _ = try? broker.evaluate("rabbit_auth_backend_internal:delete_user(<<\"\(user)\">>, <<\"hob\">>)") }
        let connection = try await AMQPConnection.connect(to: "amqp://\(user):old@\(broker.address)/\(host.name)")
        try broker.evaluate("rabbit_auth_backend_internal:change_password(<<\"\(user)\">>, <<\"new\">>, <<\"hob\">>)")
        // Passwords are not tokens: a broker that keeps them itself takes any.
        try await connection.updateSecret("new", reason: "a test")
        try broker.closeConnections(of: host.name)
        try await eventually { connection.traffic.recoveries == 1 }
        #expect(await failure("amqp://\(user):old@\(broker.address)/\(host.name)")?.code == .refused)
        await connection.close()
    }

    @Test func `channels are numbered anew when they are closed, and run out`() async throws {
        let connection = try await AMQPConnection.connect(to: broker.url + "?channel_max=4")
        var channels = [
            try await connection.openChannel(), try await connection.openChannel(), try await connection.openChannel(),
        ]
        #expect(channels.map(\.number) == [1, 2, 3])
        await #expect(throws: AMQPError.self) { _ = try await connection.openChannel() }
        try await channels[1].close()
        try await channels[1].close()
        channels[1] = try await connection.openChannel()
        #expect(channels[1].number == 2)
        channels.removeLast()
        try await eventually { (try? await connection.openChannel()) != nil }
        await connection.close()
    }

    @Test func `closing waits for confirms and can be said twice`() async throws {
        let host = try VirtualHost(on: broker)
        let connection = try await AMQPConnection.connect(to: host.url)
        let channel = try await connection.openChannel()
        try await channel.declareQueue("q")
        let publisher = channel.publisher(window: 1_000)
        for _ in 0..<500 { try await publisher.publish(AMQPMessage("x"), to: "q") }
        async let second: Void = connection.close()
        await connection.close()
        await second
        try await publisher.drain()
        let other = try await AMQPConnection.connect(to: host.url)
        #expect(try await other.openChannel().queueStatus("q").messageCount == 500)
        await other.close()
    }

    @Test func `every kind of exchange and binding routes`() async throws {
        let host = try VirtualHost(on: broker)
        try await AMQPConnection.withConnection(to: AMQPURL(host.url)) { connection in
            let channel = try await connection.openChannel()
            let queue = try await channel.declareQueue().name
            #expect(queue.hasPrefix("amq.gen"))
            for type in [AMQPExchangeType.direct, .fanout, .topic, .headers] {
                try await channel.declareExchange(type.rawValue, type: type)
                try await channel.checkExchange(type.rawValue)
                let arguments: AMQPTable = type == .headers ? ["x-match": "all", "h": "1"] : [:]
                let key = type == .topic ? "a.*" : "a.b"
                try await channel.bindQueue(queue, to: type.rawValue, routingKey: key, arguments: arguments)
                var message = AMQPMessage(type.rawValue)
                message.properties.headers = ["h": "1"]
                try await channel.publish(message, to: "a.b", exchange: type.rawValue, mandatory: true)
                #expect(try await channel.get(queue, noAck: true)?.text == type.rawValue)
                try await channel.unbindQueue(queue, from: type.rawValue, routingKey: key, arguments: arguments)
            }
            try await channel.bindExchange("fanout", to: "direct", routingKey: "x")
            try await channel.bindQueue(queue, to: "fanout")
            try await channel.publish(AMQPMessage("through"), to: "x", exchange: "direct", mandatory: true)
            #expect(try await channel.purgeQueue(queue) == 1)
            try await channel.unbindExchange("fanout", from: "direct", routingKey: "x")
            try await channel.publish(AMQPMessage("no more"), to: "x", exchange: "direct")
            #expect(try await channel.deleteQueue(queue) == 0)
            try await channel.deleteExchange("fanout")
            await #expect(throws: AMQPError.self) { try await channel.checkExchange("fanout") }
        }
    }
}
