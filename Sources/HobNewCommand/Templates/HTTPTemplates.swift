/// The kind `http`.
enum HTTPTemplates {
    static let all =
        [
            Template(path: "Sources/{{name}}/{{type}}.swift", text: daemon),
            Template(path: "Sources/{{name}}/Keys.swift", text: keys),
            Template(path: "Sources/{{name}}/Routes.swift", text: routes),
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
                let server = Application(
                    router: Routes.router(),
                    configuration: ApplicationConfiguration(
                        address: .hostname(
                            context.configuration[Keys.host], port: context.configuration[Keys.port]),
                        serverName: "{{name}}"),
                    onServerRunning: { _ in context.ready() },
                    logger: context.logger)
                // A graceful shutdown lets the requests end that have begun.
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
            static func router() -> Router<BasicRequestContext> {
                let router = Router()
                router.get("/") { request, _ in
                    Greeting(name: request.uri.queryParameters.get("name")).text + "\n"
                }
                // For probes: it answers, so it works.
                router.get("/healthz") { _, _ in HTTPResponse.Status.ok }
                return router
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
