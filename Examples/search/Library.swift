import Foundation
import HobController
import Synchronization

/// Tales that can be searched; the index and the daemon that serves it are made when somebody asks.
final class Library {
    let searchd: DaemonController
    private let directory: URL
    private let indexed: Counter

    init(tales: [String: String]) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tales-\(getpid())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        self.directory = directory
        let lines = tales.sorted { $0.key < $1.key }.enumerated().map { number, tale in
            "\(number + 1)\t\(tale.key)\t\(tale.value)\n"
        }
        try lines.joined().write(to: directory.appendingPathComponent("tales.tsv"), atomically: true, encoding: .utf8)
        let file = directory.appendingPathComponent("sphinx.conf").path
        try Self.sphinxConfiguration(in: directory.path).write(toFile: file, atomically: true, encoding: .utf8)

        var configuration = DaemonController.Configuration(
            identifier: "searchd", pidFile: directory.appendingPathComponent("searchd.pid").path,
            startCommand: ["/usr/bin/searchd", "--config", file],
            ping: .unix(path: Self.socket(in: directory.path)))
        configuration.logFile = directory.appendingPathComponent("searchd.log").path
        let indexed = Counter()
        // Under the lock, also across processes: nobody starts searchd on half an index.
        configuration.beforeStart = {
            try Self.run("/usr/bin/indexer", ["--config", file, "--all", "--quiet"])
            indexed.increment()
        }
        self.indexed = indexed
        searchd = try DaemonController(configuration)
    }

    func remove() { try? FileManager.default.removeItem(at: directory) }

    /// The titles of all tales in which a word occurs.
    func tales(about word: String) throws -> [String] {
        let path = Self.socket(in: directory.path)
        // The whole of it: a connection, and searchd is started when there is none to be had.
        let connection = try searchd.blocking.connect { try SearchConnection(path: path) }
        return try connection.titles(matching: word)
    }

    /// How often the index was made.
    var timesIndexed: Int { indexed.value }

    private static func socket(in directory: String) -> String { directory + "/searchd.socket" }

    private static func sphinxConfiguration(in directory: String) -> String {
        """
        source tales
        {
            type = tsvpipe
            tsvpipe_command = cat '\(directory)/tales.tsv'
            tsvpipe_field_string = title
            tsvpipe_field = text
        }
        index tales
        {
            source = tales
            path = \(directory)/tales
        }
        searchd
        {
            listen = \(socket(in: directory)):mysql41
            pid_file = \(directory)/searchd.pid
            log = \(directory)/searchd.log
            binlog_path =
            # Whoever needs it starts it again; searchd's own watchdog would be a second opinion.
            watchdog = 0
        }

        """
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw SearchError(description: "\(program): \(String(decoding: text, as: UTF8.self))")
        }
    }

    private final class Counter: Sendable {
        private let count = Atomic(0)

        var value: Int { count.load(ordering: .relaxed) }

        func increment() { count.add(1, ordering: .relaxed) }
    }
}
