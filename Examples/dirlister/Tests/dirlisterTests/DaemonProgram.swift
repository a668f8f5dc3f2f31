import Foundation

/// The daemon as it was built, with files of its own in a temporary directory.
struct DaemonProgram {
    private static let name = "dirlister"
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
