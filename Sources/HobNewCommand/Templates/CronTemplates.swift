/// The kind `cron`.
enum CronTemplates {
    static let all =
        [
            Template(path: "Sources/{{name}}/{{type}}.swift", text: daemon),
            Template(path: "Sources/{{name}}/Keys.swift", text: keys),
            Template(path: "Sources/{{name}}/Disk.swift", text: disk),
            Template(path: "Tests/{{name}}Tests/DiskTests.swift", text: unitTests),
            Template(path: "Tests/{{name}}Tests/LifeCycleTests.swift", text: lifeCycleTests),
        ]
        + ConfigurationTemplates.own(base: "disk:\n  path: /\n  limit: 90\ninterval: 60s\n", test: "interval: 100ms\n")

    private static let daemon = #"""
        import Hob

        /// Looks again and again how full a disk is.
        @main
        struct {{type}}: Daemon {
            static let configuration = DaemonConfiguration(
                name: "{{name}}", abstract: "Looks again and again how full a disk is.", version: "0.1.0")

            static let keys = Keys.all

            func run(_ context: DaemonContext) async throws {
                for try await _ in context.every(context.configuration[Keys.interval]) {
                    // A look that fails is logged; the next one comes.
                    do { try look(context) } catch { context.logger.error("the look has failed: \(error)") }
                }
            }

            private func look(_ context: DaemonContext) throws {
                let path = context.configuration[Keys.path]
                let usage = try Disk.usage(of: path)
                // A changed limit holds from the next look on.
                if usage.percent > context.configuration[Keys.limit] {
                    context.logger.warning("\(path) is \(usage.percent) % full")
                } else {
                    context.logger.info("\(path) is \(usage.percent) % full")
                }
            }
        }

        """#

    private static let keys = #"""
        import Hob

        /// The keys of its configuration.
        enum Keys {
            static let path = ConfigKey("disk.path", default: "/", help: "any path on the disk")
            static let limit = ConfigKey(
                "disk.limit", default: 90, reloads: true, help: "it warns when more percent are in use",
                check: { (0...100).contains($0) ? nil : "between 0 and 100" })
            static let interval = ConfigKey("interval", default: Duration.seconds(60), help: "between two looks")

            static let all: [any ConfigurationKey] = [path, limit, interval]
        }

        """#

    private static let disk = #"""
        import Glibc

        /// Asks the system about disks.
        enum Disk {
            /// How much of a disk is in use.
            struct Usage {
                var size: UInt64
                var free: UInt64

                /// Rounded up, like df(1).
                var percent: Int {
                    guard size > 0 else { return 0 }
                    return Int((Double(size - min(free, size)) * 100 / Double(size)).rounded(.up))
                }
            }

            /// It could not be asked.
            struct Failure: Error, CustomStringConvertible {
                var path: String
                var code: Int32

                var description: String { "cannot look at \(path): \(String(cString: strerror(code)))" }
            }

            /// The disk on which a path is.
            static func usage(of path: String) throws -> Usage {
                var facts = statvfs()
                guard statvfs(path, &facts) == 0 else { throw Failure(path: path, code: errno) }
                let block = UInt64(facts.f_frsize)
                return Usage(size: UInt64(facts.f_blocks) * block, free: UInt64(facts.f_bavail) * block)
            }
        }

        """#

    private static let unitTests = #"""
        import Testing

        @testable import {{module}}

        @Suite("Disks")
        struct DiskTests {
            @Test("Percent are rounded up", arguments: [(1000, 1000, 0), (1000, 0, 100), (1000, 999, 1), (0, 0, 0)])
            func percent(size: Int, free: Int, percent: Int) {
                #expect(Disk.Usage(size: UInt64(size), free: UInt64(free)).percent == percent)
            }

            @Test("A disk that is not there is an error")
            func missing() {
                #expect(throws: Disk.Failure.self) { try Disk.usage(of: "/not/there") }
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
                #expect(program.waitForLog("% full"), "\(program.log)")
                #expect(try program.run("stop").status == 0)
                #expect(try program.run("status").status == 3)
            }

            @Test("A look that fails does not end it")
            func failure() throws {
                let program = try DaemonProgram()
                defer { program.remove() }
                let start = try program.run("start", "--set", "disk.path=/not/there")
                #expect(start.status == 0, "\(start.output)")
                #expect(program.waitForLog("the look has failed"), "\(program.log)")
                #expect(try program.run("status").status == 0)
                #expect(try program.run("stop").status == 0)
            }
        }

        """#
}
