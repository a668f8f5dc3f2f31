/// The kind `service`.
enum ServiceTemplates {
    static let all =
        [
            Template(path: "Sources/{{name}}/{{type}}.swift", text: daemon),
            Template(path: "Sources/{{name}}/Keys.swift", text: keys),
            Template(path: "Sources/{{name}}/Counter.swift", text: counter),
            Template(path: "Sources/{{name}}/Collector.swift", text: collector),
            Template(path: "Sources/{{name}}/Reporter.swift", text: reporter),
            Template(path: "Tests/{{name}}Tests/CounterTests.swift", text: unitTests),
            Template(path: "Tests/{{name}}Tests/LifeCycleTests.swift", text: lifeCycleTests),
        ] + ConfigurationTemplates.own(base: "report:\n  interval: 5s\n", test: "report:\n  interval: 100ms\n")

    private static let daemon = #"""
        import Hob

        /// Runs two services: one counts, the other reports.
        @main
        struct {{type}}: Daemon {
            static let configuration = DaemonConfiguration(
                name: "{{name}}", abstract: "Counts, and reports the count.", version: "0.1.0")

            static let keys = Keys.all

            func run(_ context: DaemonContext) async throws {
                let counter = Counter()
                context.onShutdown("last report") {
                    let count = await counter.count
                    context.logger.info("counted \(count) in all")
                }
                // They are started in this order and ended in the other one: nobody counts for a reporter that is gone.
                try await context.run(
                    Reporter(
                        counter: counter, interval: context.configuration[Keys.interval], logger: context.logger),
                    Collector(counter: counter, interval: .seconds(1)))
            }
        }

        """#

    private static let keys = #"""
        import Hob

        /// The keys of its configuration.
        enum Keys {
            static let interval = ConfigKey("report.interval", default: Duration.seconds(5), help: "between two reports")

            static let all: [any ConfigurationKey] = [interval]
        }

        """#

    private static let counter = #"""
        /// What the two services share.
        actor Counter {
            private(set) var count = 0

            /// Counts one more.
            func add() { count += 1 }
        }

        """#

    private static let collector = #"""
        import Hob

        /// Counts.
        struct Collector: Service {
            let counter: Counter
            let interval: Duration

            func run() async throws {
                // Ends by itself at a graceful shutdown.
                try? await cancelWhenGracefulShutdown {
                    while true {
                        await counter.add()
                        try await Task.sleep(for: interval)
                    }
                }
            }
        }

        """#

    private static let reporter = #"""
        import Hob

        /// Reports the count.
        struct Reporter: Service {
            let counter: Counter
            let interval: Duration
            let logger: Logger

            func run() async throws {
                try? await cancelWhenGracefulShutdown {
                    while true {
                        let count = await counter.count
                        logger.info("counted \(count)")
                        try await Task.sleep(for: interval)
                    }
                }
            }
        }

        """#

    private static let unitTests = #"""
        import Testing

        @testable import {{module}}

        @Suite("The counter")
        struct CounterTests {
            @Test("It loses no count, whoever adds")
            func count() async {
                let counter = Counter()
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<100 { group.addTask { await counter.add() } }
                }
                #expect(await counter.count == 100)
            }
        }

        """#

    private static let lifeCycleTests = #"""
        import Testing

        /// The program as it was built, from its start to its stop.
        @Suite("Life cycle")
        struct LifeCycleTests {
            @Test("It starts in the background, says so, works, and stops with a last report")
            func startAndStop() throws {
                let program = try DaemonProgram()
                defer { program.remove() }
                let start = try program.run("start")
                #expect(start.status == 0, "\(start.output)")
                #expect(try program.run("status").status == 0)
                #expect(program.waitForLog("counted 2"), "\(program.log)")
                #expect(try program.run("stop").status == 0)
                #expect(program.log.contains("in all"), "\(program.log)")
                #expect(try program.run("status").status == 3)
            }
        }

        """#
}
