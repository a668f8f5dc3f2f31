/// The kind `simple`.
enum SimpleTemplates {
    static let all =
        [
            Template(path: "Sources/{{name}}/{{type}}.swift", text: daemon),
            Template(path: "Sources/{{name}}/Keys.swift", text: keys),
            Template(path: "Sources/{{name}}/Greeting.swift", text: greeting),
            Template(path: "Tests/{{name}}Tests/GreetingTests.swift", text: unitTests),
            Template(path: "Tests/{{name}}Tests/LifeCycleTests.swift", text: lifeCycleTests),
        ] + ConfigurationTemplates.own(base: "interval: 5s\n", test: "interval: 100ms\n")

    private static let daemon = #"""
        import Hob

        /// Says hello every few seconds.
        @main
        struct {{type}}: Daemon {
            static let configuration = DaemonConfiguration(
                name: "{{name}}", abstract: "Says hello every few seconds.", version: "0.1.0")

            static let keys = Keys.all

            func run(_ context: DaemonContext) async throws {
                for try await turn in context.every(context.configuration[Keys.interval]) {
                    context.logger.info("\(Greeting(number: turn.number).text)")
                }
            }
        }

        """#

    private static let keys = #"""
        import Hob

        /// The keys of its configuration.
        enum Keys {
            static let interval = ConfigKey("interval", default: Duration.seconds(5), help: "between two greetings")

            static let all: [any ConfigurationKey] = [interval]
        }

        """#

    private static let greeting = #"""
        /// What the daemon says.
        struct Greeting {
            /// How often it has spoken, this time included.
            var number: Int

            /// The words.
            var text: String { number == 1 ? "hello" : "hello again, for the \(number)th time" }
        }

        """#

    private static let unitTests = #"""
        import Testing

        @testable import {{module}}

        @Suite("What it says")
        struct GreetingTests {
            @Test("The first greeting is short")
            func first() {
                #expect(Greeting(number: 1).text == "hello")
            }

            @Test("Later ones are counted")
            func later() {
                #expect(Greeting(number: 7).text == "hello again, for the 7th time")
            }
        }

        """#

    private static let lifeCycleTests = #"""
        import Testing

        /// The program as it was built, from its start to its stop.
        @Suite("Life cycle")
        struct LifeCycleTests {
            @Test("It starts in the background, says so, works, and stops")
            func startAndStop() throws {
                let program = try DaemonProgram()
                defer { program.remove() }
                let start = try program.run("start")
                #expect(start.status == 0, "\(start.output)")
                #expect(try program.run("status").status == 0)
                #expect(program.waitForLog("hello again"), "\(program.log)")
                #expect(try program.run("start").status == 73, "there is never a second one")
                #expect(try program.run("stop").status == 0)
                #expect(try program.run("status").status == 3)
            }
        }

        """#
}
