/// The kind `http`.
enum HTTPTemplates {
    static let all =
        [
            Template(path: "Sources/{{name}}/{{type}}.swift", text: daemon),
            Template(path: "Sources/{{name}}/Keys.swift", text: keys),
            Template(path: "Sources/{{name}}/Routes.swift", text: routes),
            Template(path: "Sources/{{name}}/LastAnswers.swift", text: lastAnswers),
            Template(path: "Sources/{{name}}/Greeting.swift", text: greeting),
            Template(path: "Tests/{{name}}Tests/GreetingTests.swift", text: unitTests),
            Template(path: "Tests/{{name}}Tests/LifeCycleTests.swift", text: lifeCycleTests),
        ] + ConfigurationTemplates.own(base: "listen:\n  host: 127.0.0.1\n  port: {{port}}\n", test: "")

    private static let daemon = #"""
        import Hob
        import Hummingbird

        /// Answers over HTTP.
        @main
        struct {{type}}: Daemon {
            static let configuration = DaemonConfiguration(
                name: "{{name}}", abstract: "Answers over HTTP.", version: "0.1.0", announcesReadiness: true)

            static let keys = Keys.all

            func run(_ context: DaemonContext) async throws {
                let lastAnswers = LastAnswers()
                let server = Application(
                    router: Routes.router(lastAnswers), server: lastAnswers.server,
                    configuration: ApplicationConfiguration(
                        address: .hostname(
                            context.configuration[Keys.host], port: context.configuration[Keys.port]),
                        serverName: "{{name}}"),
                    onServerRunning: { _ in context.ready() },
                    logger: context.logger)
                // A graceful shutdown answers all that was asked.
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

    private static let routes = #"""
        import Hummingbird

        /// What is answered where.
        enum Routes {
            /// The router with all of them.
            static func router(_ lastAnswers: LastAnswers) -> Router<BasicRequestContext> {
                let router = Router()
                router.add(middleware: LastAnswers.Middleware(answers: lastAnswers))
                router.get("/") { request, _ in
                    Greeting(name: request.uri.queryParameters.get("name")).text + "\n"
                }
                // For probes: it answers, so it works.
                router.get("/healthz") { _, _ in HTTPResponse.Status.ok }
                return router
            }
        }

        """#

    private static let lastAnswers = #"""
        import Hob
        import Hummingbird
        import HummingbirdCore
        import NIOCore
        import Synchronization

        /// How clients are let go when the daemon stops. A connection that a client keeps is not closed at once, for a request
        /// may be on its way: the next answer says that it is the last one, and only a connection on which nothing comes is
        /// closed unasked.
        final class LastAnswers: Sendable {
            /// How long a connection may stay silent once nobody listens any more.
            private static let patience = TimeAmount.seconds(1)

            /// Whether nobody listens any more. Whoever is told sooner to connect anew would be lost in the queue.
            private let areDue = Atomic(false)

            /// A server whose connections do so.
            var server: HTTPServerBuilder {
                HTTPServerBuilder { Connection(base: HTTP1Channel(responder: $0), answers: self) }
            }

            /// Tells a client with an answer that it is the last one on its connection.
            struct Middleware<Context: RequestContext>: RouterMiddleware {
                let answers: LastAnswers

                func handle(
                    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
                ) async throws -> Response {
                    var response = try await next(request, context)
                    if answers.areDue.load(ordering: .relaxed) { response.headers[.connection] = "close" }
                    return response
                }
            }

            private struct Connection: ServerChildChannel {
                let base: HTTP1Channel
                let answers: LastAnswers

                func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
                    base.setup(channel: channel, logger: logger).flatMapThrowing { value in
                        try channel.pipeline.syncOperations.addHandler(Delay(answers: answers), position: .first)
                        return value
                    }
                }

                func handle(value: HTTP1Channel.Value, logger: Logger) async {
                    await base.handle(value: value, logger: logger)
                }
            }

            /// Hands the word that the connections should end on later than it comes.
            private final class Delay: ChannelInboundHandler {
                typealias InboundIn = ByteBuffer
                private let answers: LastAnswers

                init(answers: LastAnswers) {
                    self.answers = answers
                }

                func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
                    guard let event = event as? ChannelShouldQuiesceEvent else {
                        return context.fireUserInboundEventTriggered(event)
                    }
                    answers.areDue.store(true, ordering: .relaxed)
                    context.eventLoop.assumeIsolated().scheduleTask(in: LastAnswers.patience) {
                        context.fireUserInboundEventTriggered(event)
                    }
                }
            }
        }

        """#

    private static let greeting = #"""
        /// What is said to a visitor.
        struct Greeting {
            /// The visitor's name, if it is known.
            var name: String?

            /// The words.
            var text: String { "hello, \(name ?? "stranger")" }
        }

        """#

    private static let unitTests = #"""
        import Testing

        @testable import {{module}}

        @Suite("What it says")
        struct GreetingTests {
            @Test("A visitor is called by name, if there is one")
            func names() {
                #expect(Greeting(name: "Ada").text == "hello, Ada")
                #expect(Greeting(name: nil).text == "hello, stranger")
            }
        }

        """#

    private static let lifeCycleTests = #"""
        import Testing

        /// The program as it was built, from its start to its stop.
        @Suite("Life cycle")
        struct LifeCycleTests {
            @Test("It starts in the background, answers at once, and stops")
            func startAndStop() throws {
                let program = try DaemonProgram()
                defer { program.remove() }
                let port = LocalSocket.freePort()
                let start = try program.run("start", "--set", "listen.port=\(port)")
                #expect(start.status == 0, "\(start.output)")
                #expect(try program.run("status").status == 0)
                let answer = get("/?name=Ada", port: port)
                #expect(answer.hasPrefix("HTTP/1.1 200"))
                #expect(answer.contains("hello, Ada"))
                #expect(get("/healthz", port: port).hasPrefix("HTTP/1.1 200"))
                #expect(get("/nowhere", port: port).hasPrefix("HTTP/1.1 404"))
                #expect(try program.run("stop").status == 0)
                #expect(LocalSocket(port: port) == nil)
                #expect(try program.run("status").status == 3)
            }

            private func get(_ path: String, port: Int) -> String {
                let socket = LocalSocket(port: port)
                socket?.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return socket?.read() ?? "nobody listens"
            }
        }

        """#
}
