/// The kind `simple`.
enum SimpleTemplates {
    static let all = [
        Template(path: "Sources/{{name}}/{{type}}.swift", text: daemon),
        Template(path: "Sources/{{name}}/Greeting.swift", text: greeting),
        Template(path: "Tests/{{name}}Tests/GreetingTests.swift", text: unitTests),
        Template(path: "Tests/{{name}}Tests/LifeCycleTests.swift", text: lifeCycleTests),
    ]

    private static let daemon = #"""
        import Hob

        /// Says hello every few seconds.
        @main
        struct {{type}}: Daemon {
            static let configuration = DaemonConfiguration(
                name: "{{name}}", abstract: "Says hello every few seconds.", version: "0.1.0")

            @Option(help: "Seconds between two greetings.") var interval = 5

            func run(_ context: DaemonContext) async throws {
                for try await number in context.every(.seconds(interval)) {
                    context.logger.info("\(Greeting(number: number).text)")
                }
            }
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
                #expect(program.waitForLog("hello"), "\(program.log)")
                #expect(try program.run("start").status == 73, "there is never a second one")
                #expect(try program.run("stop").status == 0)
                #expect(try program.run("status").status == 3)
            }
        }

        """#
}
