/// What the tests of all kinds share: the program as it was built, run by a test.
enum TestTemplates {
    static let all = [Template(path: "Tests/{{name}}Tests/DaemonProgram.swift", text: program)]
    static let ofServers = [Template(path: "Tests/{{name}}Tests/LocalSocket.swift", text: socket)]

    private static let program = #"""
        import Foundation

        /// The daemon as it was built, with files of its own in a temporary directory.
        struct DaemonProgram {
            private static let name = "{{name}}"
            private let directory: URL
            private let variables: [String: String]

            /// - Parameter variables: environment variables of the daemon, besides those of the tests.
            init(variables: [String: String] = [:]) throws {
                self.variables = variables
                directory = FileManager.default.temporaryDirectory
                    .appendingPathComponent("\(Self.name)-test-\(UUID().uuidString)")
                try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            }

            /// Ends the daemon, if it still runs, and removes its files.
            func remove() {
                _ = try? run("stop")
                try? FileManager.default.removeItem(at: directory)
            }

            /// What the daemon has logged.
            var log: String { (try? String(contentsOf: logFile, encoding: .utf8)) ?? "" }

            /// Waits until it has logged a text; false when it did not.
            func waitForLog(_ text: String, seconds: Double = 20) -> Bool {
                let deadline = Date().addingTimeInterval(seconds)
                while !log.contains(text) {
                    if Date() > deadline { return false }
                    usleep(20_000)
                }
                return true
            }

            /// Runs one of its commands to the end: the exit code, and what it printed.
            func run(_ command: String, _ options: String...) throws -> (status: Int32, output: String) {
                let process = Process()
                process.executableURL = Self.executable
                let files = ["--pid-file", directory.appendingPathComponent("pid").path, "--log-file", logFile.path]
                process.arguments = [command] + files + options
                process.currentDirectoryURL = Self.package
                var environment = ProcessInfo.processInfo.environment
                // A supervisor of the tests is none of the daemon's.
                for name in ["NOTIFY_SOCKET", "SYSTEMD_EXEC_PID", "WATCHDOG_USEC"] { environment[name] = nil }
                environment["HOB_ENV"] = "test"
                environment.merge(variables) { $1 }
                process.environment = environment
                process.standardInput = FileHandle.nullDevice
                let pipe = Pipe()
                process.standardOutput = pipe
                process.standardError = pipe
                try process.run()
                let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
                process.waitUntilExit()
                return (process.terminationStatus, String(decoding: output, as: UTF8.self))
            }

            private var logFile: URL { directory.appendingPathComponent("log") }

            /// It lies beside the program that runs the tests.
            private static var executable: URL {
                URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
                    .appendingPathComponent(name)
            }

            /// The directory with Package.swift, where `config` is looked for.
            private static var package: URL {
                URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                    .deletingLastPathComponent()
            }
        }

        """#

    private static let socket = #"""
        import Glibc

        /// A connection to a port of this machine.
        final class LocalSocket {
            private let descriptor: Int32

            /// Connects; nil when nobody listens.
            init?(port: Int) {
                descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                var patience = timeval(tv_sec: 10, tv_usec: 0)
                setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
                var address = Self.address(port: port)
                let result = Self.withPointer(to: &address) { connect(descriptor, $0, $1) }
                if result != 0 { return nil }
            }

            deinit { close(descriptor) }

            /// Sends a text.
            func send(_ text: String) {
                let bytes = Array(text.utf8)
                _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            }

            /// Reads until it has this text, or until the other end closes.
            func read(until text: String? = nil) -> String {
                var received: [UInt8] = []
                var chunk = [UInt8](repeating: 0, count: 4096)
                while true {
                    let count = recv(descriptor, &chunk, chunk.count, 0)
                    guard count > 0 else { break }
                    received += chunk[..<count]
                    if let text, String(decoding: received, as: UTF8.self).contains(text) { break }
                }
                return String(decoding: received, as: UTF8.self)
            }

            /// A port that nobody listened on a moment ago.
            static func freePort() -> Int {
                let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                defer { close(descriptor) }
                var address = address(port: 0)
                _ = withPointer(to: &address) { bind(descriptor, $0, $1) }
                var length = socklen_t(MemoryLayout<sockaddr_in>.size)
                _ = withPointer(to: &address) { pointer, _ in getsockname(descriptor, pointer, &length) }
                return Int(UInt16(bigEndian: address.sin_port))
            }

            private static func address(port: Int) -> sockaddr_in {
                var address = sockaddr_in()
                address.sin_family = sa_family_t(AF_INET)
                address.sin_port = UInt16(port).bigEndian
                address.sin_addr.s_addr = inet_addr("127.0.0.1")
                return address
            }

            private static func withPointer(
                to address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Int32
            ) -> Int32 {
                withUnsafeMutablePointer(to: &address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
            }
        }

        """#
}
