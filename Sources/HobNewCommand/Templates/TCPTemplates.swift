/// The kind `tcp`.
enum TCPTemplates {
    static let all =
        [
            Template(path: "Sources/{{name}}/{{type}}.swift", text: daemon),
            Template(path: "Sources/{{name}}/Keys.swift", text: keys),
            Template(path: "Sources/{{name}}/EchoServer.swift", text: server),
            Template(path: "Sources/{{name}}/Echo.swift", text: echo),
            Template(path: "Tests/{{name}}Tests/EchoTests.swift", text: unitTests),
            Template(path: "Tests/{{name}}Tests/LifeCycleTests.swift", text: lifeCycleTests),
        ] + ConfigurationTemplates.own(base: "listen:\n  host: 127.0.0.1\n  port: {{port}}\n", test: "")

    private static let daemon = #"""
        import Hob

        /// Sends back what it receives.
        @main
        struct {{type}}: Daemon {
            static let configuration = DaemonConfiguration(
                name: "{{name}}", abstract: "Sends back the lines it receives.", version: "0.1.0",
                announcesReadiness: true)

            static let keys = Keys.all

            func run(_ context: DaemonContext) async throws {
                let server = EchoServer(
                    host: context.configuration[Keys.host], port: context.configuration[Keys.port],
                    logger: context.logger
                ) { context.ready() }
                try await context.run(server)
            }
        }

        """#

    private static let keys = #"""
        import Hob

        /// The keys of its configuration.
        enum Keys {
            static let host = ConfigKey("listen.host", default: "127.0.0.1", help: "the address to listen on")
            static let port = ConfigKey(
                "listen.port", default: {{port}}, help: "the port to listen on",
                check: { (1...65_535).contains($0) ? nil : "between 1 and 65535" })

            static let all: [any ConfigurationKey] = [host, port]
        }

        """#

    private static let server = #"""
        import Hob
        import NIOCore
        import NIOPosix

        /// Listens, and answers every line on every connection.
        struct EchoServer: Service {
            let host: String
            let port: Int
            let logger: Logger
            /// Called when it listens.
            let listening: @Sendable () -> Void

            init(host: String, port: Int, logger: Logger, listening: @escaping @Sendable () -> Void) {
                self.host = host
                self.port = port
                self.logger = logger
                self.listening = listening
            }

            func run() async throws {
                let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .bind(host: host, port: port) { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                        }
                    }
                logger.info("listening on \(host):\(port)")
                listening()
                try await withGracefulShutdownHandler {
                    try await server.executeThenClose { connections in
                        try await withThrowingDiscardingTaskGroup { group in
                            for try await connection in connections {
                                group.addTask { await serve(connection) }
                            }
                        }
                    }
                } onGracefulShutdown: {
                    // No new ones; those that are open end at their next pause.
                    server.channel.close(promise: nil)
                }
            }

            private func serve(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async {
                do {
                    try await connection.executeThenClose { inbound, outbound in
                        var echo = Echo()
                        for try await bytes in inbound.cancelOnGracefulShutdown() {
                            for line in echo.lines(completedBy: bytes.readableBytesView) {
                                try await outbound.write(ByteBuffer(bytes: line))
                            }
                        }
                    }
                } catch {
                    logger.debug("a connection has ended: \(error)")
                }
            }
        }

        """#

    private static let echo = #"""
        /// Makes lines of bytes as they come.
        struct Echo {
            private static let newline = UInt8(ascii: "\n")
            /// A line longer than this is answered in pieces, so that nobody can fill the memory.
            private static let limit = 64 * 1024
            private var pending: [UInt8] = []

            /// The lines, with their ends, that are whole with these bytes.
            mutating func lines(completedBy bytes: some Sequence<UInt8>) -> [[UInt8]] {
                var lines: [[UInt8]] = []
                for byte in bytes {
                    pending.append(byte)
                    if byte == Self.newline || pending.count == Self.limit {
                        lines.append(pending)
                        pending = []
                    }
                }
                return lines
            }
        }

        """#

    private static let unitTests = #"""
        import Testing

        @testable import {{module}}

        @Suite("Lines")
        struct EchoTests {
            @Test("A line is answered when it is whole, however it comes")
            func pieces() {
                var echo = Echo()
                #expect(echo.lines(completedBy: "hel".utf8) == [])
                #expect(echo.lines(completedBy: "lo\nyou\nthe".utf8) == [Array("hello\n".utf8), Array("you\n".utf8)])
                #expect(echo.lines(completedBy: "re\n".utf8) == [Array("there\n".utf8)])
            }
        }

        """#

    private static let lifeCycleTests = #"""
        import Testing

        /// The program as it was built, from its start to its stop.
        @Suite("Life cycle")
        struct LifeCycleTests {
            @Test("It starts in the background, answers at once, and stops with a connection open")
            func startAndStop() throws {
                let program = try DaemonProgram()
                defer { program.remove() }
                let port = LocalSocket.freePort()
                let start = try program.run("start", "--set", "listen.port=\(port)")
                #expect(start.status == 0, "\(start.output)")
                #expect(try program.run("status").status == 0)
                let connection = try #require(LocalSocket(port: port))
                connection.send("hello\n")
                #expect(connection.read(until: "\n") == "hello\n")
                #expect(try program.run("stop").status == 0)
                #expect(connection.read() == "", "it is closed")
                #expect(try program.run("status").status == 3)
            }
        }

        """#
}
