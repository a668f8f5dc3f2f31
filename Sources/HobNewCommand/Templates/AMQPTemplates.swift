/// The kind `amqp`.
enum AMQPTemplates {
    static let all =
        [
            Template(path: "Sources/{{name}}/{{type}}.swift", text: daemon),
            Template(path: "Sources/{{name}}/Keys.swift", text: keys),
            Template(path: "Sources/{{name}}/BrokerStatus.swift", text: status),
            Template(path: "Sources/{{name}}/Greeting.swift", text: greeting),
            Template(path: "Tests/{{name}}Tests/GreetingTests.swift", text: unitTests),
            Template(path: "Tests/{{name}}Tests/LifeCycleTests.swift", text: lifeCycleTests),
        ]
        + ConfigurationTemplates.own(
            base: "queue: {{name}}\nconcurrency: 10\n", test: "queue: {{name}}-test\nattempts: 1\n")

    private static let daemon = #"""
        import Hob
        import HobAMQP

        /// Answers the messages of a queue.
        ///
        /// A message is acknowledged when it has been dealt with: whatever dies meanwhile, it is delivered again. One that
        /// failed is tried again later, and one that never works waits in the queue NAME.parked for somebody to look.
        @main
        struct {{type}}: Daemon {
            static let configuration = DaemonConfiguration(
                name: "{{name}}", abstract: "Answers the messages of a queue.", version: "0.1.0",
                announcesReadiness: true)

            static let keys = Keys.all

            func run(_ context: DaemonContext) async throws {
                var broker = AMQPConfiguration()
                broker.name = "{{name}}"
                broker.logger = context.logger
                broker.observer = BrokerStatus(context)
                let consumer = try AMQPConsumerService(
                    queue: context.configuration[Keys.queue], url: AMQPURL(context.configuration[Keys.broker]),
                    configuration: broker, concurrency: context.configuration[Keys.concurrency],
                    timeout: context.configuration[Keys.timeout],
                    retries: AMQPRetryLadder(attempts: context.configuration[Keys.attempts]),
                    // Together less than the daemon's 'shutdownDeadline' of 8 s.
                    drainTimeout: .seconds(5), cancellationTimeout: .seconds(1), handler: answer)
                // It may be started before its broker, and outlives it: 'status' says where the connection stands.
                context.ready()
                try await context.run(consumer)
            }

            /// Answers one message, to the queue it names.
            private func answer(_ message: AMQPDelivery, _ context: AMQPHandlerContext) async throws {
                guard let greeting = Greeting(name: message.text) else {
                    // Trying again would not help.
                    throw AMQPRejection("nobody is called '\(message.text.prefix(100))'")
                }
                context.logger?.info("\(greeting.text)")
                guard let queue = message.properties.replyTo else { return }
                var answer = AMQPMessage(greeting.text)
                answer.properties.correlationID = message.properties.correlationID
                // Returns when the broker has it.
                try await context.channel.publish(answer, to: queue)
            }
        }

        """#

    private static let keys = #"""
        import Hob
        import HobAMQP

        /// The keys of its configuration.
        enum Keys {
            static let broker = ConfigKey(
                "broker", default: "amqp://guest:guest@localhost/%2F", secret: true, variable: "AMQP_URL",
                help: "where RabbitMQ is",
                check: { (try? AMQPURL($0)) == nil ? "a URL such as amqp://user:password@host/vhost" : nil })
            static let queue = ConfigKey(
                "queue", default: "{{name}}", help: "whose messages are answered",
                check: { $0.isEmpty ? "the name of a queue" : nil })
            static let concurrency = ConfigKey(
                "concurrency", default: 10, help: "how many messages are dealt with at once",
                check: { (1...1000).contains($0) ? nil : "between 1 and 1000" })
            static let timeout = ConfigKey("timeout", default: Duration.seconds(30), help: "how long one may take")
            static let attempts = ConfigKey(
                "attempts", default: 8, help: "after so many a message is parked",
                check: { (1...100).contains($0) ? nil : "between 1 and 100" })

            static let all: [any ConfigurationKey] = [broker, queue, concurrency, timeout, attempts]
        }

        """#

    private static let status = #"""
        import Hob
        import HobAMQP
        import Synchronization

        /// Says in 'status' where the connections to the broker stand, one for messages and one for answers, and counts for
        /// whoever collects metrics.
        final class BrokerStatus: AMQPObserver {
            private let context: DaemonContext
            private let metrics = AMQPMetrics()
            private let states = Mutex<[String: AMQPConnectionState]>([:])

            init(_ context: DaemonContext) {
                self.context = context
            }

            func stateChanged(connection: String, to state: AMQPConnectionState) {
                let troubled = states.withLock { states in
                    states[connection] = state
                    return states.values.first { $0 != .connected }
                }
                context.status("broker: \(troubled ?? .connected)")
                metrics.stateChanged(connection: connection, to: state)
            }

            func moved(connection: String, _ traffic: AMQPTraffic) {
                metrics.moved(connection: connection, traffic)
            }
        }

        """#

    private static let greeting = #"""
        /// What somebody is told.
        struct Greeting {
            let text: String

            /// Nil for who has no name.
            init?(name: String) {
                guard name.contains(where: { !$0.isWhitespace }) else { return nil }
                text = "Hello, \(name)!"
            }
        }

        """#

    private static let unitTests = #"""
        import Testing

        @testable import {{module}}

        @Suite("Greetings")
        struct GreetingTests {
            @Test("Everybody with a name is greeted by it")
            func names() {
                #expect(Greeting(name: "Ada")?.text == "Hello, Ada!")
                #expect(Greeting(name: " ") == nil)
                #expect(Greeting(name: "") == nil)
            }
        }

        """#

    private static let lifeCycleTests = #"""
        import Foundation
        import HobAMQP
        import Testing

        /// The program as it was built, from its start to its stop.
        @Suite("Life cycle")
        struct LifeCycleTests {
            private static let broker = ProcessInfo.processInfo.environment["AMQP_URL"]
            private static let queue = "{{name}}-test"

            @Test("It starts in the background without its broker, says so, and stops at once")
            func startAndStop() throws {
                // Nobody listens on this port.
                let program = try DaemonProgram(variables: ["AMQP_URL": "amqp://guest:guest@127.0.0.1:1"])
                defer { program.remove() }
                let start = try program.run("start")
                #expect(start.status == 0, "\(start.output)")
                #expect(program.waitForLog("127.0.0.1:1"), "\(program.log)")
                #expect(try program.run("status").status == 0)
                #expect(try program.run("stop").status == 0)
                #expect(try program.run("status").status == 3)
                #expect(!program.log.contains("still running"), "\(program.log)")
            }

            @Test(
                "It answers messages, and parks what it cannot answer",
                .enabled(if: broker != nil, "it needs a broker: AMQP_URL=amqp://guest:guest@localhost swift test"))
            func messages() async throws {
                let url = try AMQPURL(#require(Self.broker))
                let program = try DaemonProgram()
                defer { program.remove() }
                let start = try program.run("start")
                #expect(start.status == 0, "\(start.output)")
                try await AMQPConnection.withConnection(to: url) { connection in
                    let channel = try await connection.openChannel()
                    try await channel.declareQueue(Self.queue)
                    let answers = try await channel.declareQueue(durable: false, exclusive: true).name
                    var received = try await channel.consume(answers, prefetch: 10).makeAsyncIterator()
                    for name in ["", "Ada"] {
                        var message = AMQPMessage(name)
                        message.properties.replyTo = answers
                        try await channel.publish(message, to: Self.queue, mandatory: true)
                    }
                    #expect(try await received.next()?.text == "Hello, Ada!")
                    #expect(program.waitForLog("could not be handled"), "\(program.log)")
                    #expect(try program.run("stop").status == 0)
                    let parked = try await channel.get(Self.queue + ".parked")
                    #expect(parked?.text == "")
                    parked?.ack()
                    for name in [Self.queue, Self.queue + ".parked"] { _ = try await channel.deleteQueue(name) }
                }
            }
        }

        """#
}
