/// The kind `workers`.
enum WorkersTemplates {
    static let all =
        [
            Template(path: "Sources/{{name}}/{{type}}.swift", text: daemon),
            Template(path: "Sources/{{name}}/Keys.swift", text: keys),
            Template(path: "Sources/{{name}}/Answerer.swift", text: worker),
            Template(path: "Sources/{{name}}/Lines.swift", text: lines),
            Template(path: "Tests/{{name}}Tests/LinesTests.swift", text: unitTests),
            Template(path: "Tests/{{name}}Tests/LifeCycleTests.swift", text: lifeCycleTests),
        ]
        + ConfigurationTemplates.own(
            base: "listen:\n  host: 127.0.0.1\n  port: {{port}}\nworkers: 4\n", test: "workers: 2\n")

    private static let daemon = #"""
        import Hob

        /// Answers lines, by worker processes that share a listening socket.
        ///
        /// A crash, a leak or an endless loop costs one worker, which is replaced at once; HUP replaces all of them, one
        /// after the other, and costs nothing.
        @main
        struct {{type}}: Daemon {
            static let configuration = DaemonConfiguration(
                name: "{{name}}", abstract: "Answers lines, by worker processes.", version: "0.1.0",
                announcesReadiness: true)

            static let keys = Keys.all

            static let workers: [any Worker.Type] = [Answerer.self]

            func run(_ context: DaemonContext) async throws {
                let count = context.configuration[Keys.workers]
                let address = "\(context.configuration[Keys.host]):\(context.configuration[Keys.port])"
                let pool = try context.workers(
                    Answerer.self, min: count, max: count, listeners: [.tcp("lines", address)])
                try await pool.start()
                context.logger.info("\(count) workers listen on \(address)")
                context.ready()
                try await context.run(pool)
            }
        }

        """#

    private static let keys = #"""
        import Hob

        /// The keys of its configuration.
        enum Keys {
            static let host = ConfigKey("listen.host", default: "127.0.0.1", help: "the numeric address to listen on")
            static let port = ConfigKey(
                "listen.port", default: {{port}}, help: "the port to listen on",
                check: { (1...65_535).contains($0) ? nil : "between 1 and 65535" })
            static let workers = ConfigKey(
                "workers", default: 4, help: "how many processes answer",
                check: { (1...1000).contains($0) ? nil : "between 1 and 1000" })

            static let all: [any ConfigurationKey] = [host, port, workers]
        }

        """#

    private static let worker = #"""
        import Glibc
        import Hob

        /// One of the processes: answers each line with its own pid and the line, until the client goes.
        struct Answerer: Worker {
            func run(_ context: WorkerContext) async throws {
                // The group lets the connections in hand end when no new ones are taken.
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in try context.connections(on: "lines") {
                        group.addTask { await answer(connection, context) }
                    }
                }
            }

            private func answer(_ connection: WorkerConnection, _ context: WorkerContext) async {
                var lines = Lines()
                do {
                    while true {
                        let bytes = try await connection.read()
                        if bytes.isEmpty { return }
                        for line in lines.completed(by: bytes) {
                            try await connection.write(Array("\(getpid()) ".utf8) + line)
                            context.requestDone()
                        }
                    }
                } catch {
                    // A client that goes away, or is silent for a minute, costs its own connection only.
                }
            }
        }

        """#

    private static let lines = #"""
        /// Makes lines of bytes as they come.
        struct Lines {
            private static let newline = UInt8(ascii: "\n")
            /// A line longer than this is answered in pieces, so that nobody can fill the memory.
            private static let limit = 64 * 1024
            private var pending: [UInt8] = []

            /// The lines, with their ends, that are whole with these bytes.
            mutating func completed(by bytes: some Sequence<UInt8>) -> [[UInt8]] {
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
        struct LinesTests {
            @Test("A line is whole when its end is there, however it comes")
            func pieces() {
                var lines = Lines()
                #expect(lines.completed(by: "hel".utf8) == [])
                #expect(lines.completed(by: "lo\nyou\nthe".utf8) == [Array("hello\n".utf8), Array("you\n".utf8)])
                #expect(lines.completed(by: "re\n".utf8) == [Array("there\n".utf8)])
            }
        }

        """#

    private static let lifeCycleTests = #"""
        import Glibc
        import Testing

        /// The program as it was built, from its start to its stop.
        @Suite("Life cycle")
        struct LifeCycleTests {
            @Test("It starts in the background, answers at once, replaces a worker that was killed, and stops")
            func startAndStop() throws {
                let program = try DaemonProgram()
                defer { program.remove() }
                let port = LocalSocket.freePort()
                let start = try program.run("start", "--set", "listen.port=\(port)")
                #expect(start.status == 0, "\(start.output)")
                let first = try #require(LocalSocket(port: port))
                let worker = try #require(Self.ask(first))
                try #require(kill(worker, SIGKILL) == 0)
                #expect(first.read() == "", "only the connections in its hands end")
                let second = try #require(LocalSocket(port: port))
                let other = try #require(Self.ask(second))
                #expect(other != worker)
                #expect(try program.run("status").status == 0)
                #expect(try program.run("stop").status == 0)
                #expect(kill(other, 0) != 0, "no worker is left")
                #expect(try program.run("status").status == 3)
            }

            /// The pid of whoever answers.
            private static func ask(_ connection: LocalSocket) -> pid_t? {
                connection.send("hello\n")
                let words = connection.read(until: "\n").split(separator: " ")
                return words.count == 2 && words[1] == "hello\n" ? pid_t(words[0]) : nil
            }
        }

        """#
}
