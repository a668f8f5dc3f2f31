import Logging
import Synchronization

@testable import Hob

/// A sink that keeps its records.
final class Recording: LogSink {
    private let kept = Mutex<[LogRecord]>([])

    var records: [LogRecord] { kept.withLock { $0 } }
    var messages: [String] { records.map(\.message) }

    func write(_ record: LogRecord) {
        kept.withLock { $0.append(record) }
    }
}

extension LogRecord {
    /// A record of a fixed moment and process.
    static func sample(
        _ message: String = "hello", level: Logger.Level = .info, metadata: Logger.Metadata = [:],
        failure: Failure? = nil
    ) -> LogRecord {
        var record = LogRecord(
            level: level, daemon: "lister", label: "lister", source: "Lister", message: message, metadata: metadata,
            failure: failure, file: "Lister/Main.swift", function: "run()", line: 12)
        record.milliseconds = 1_795_245_829_123
        record.pid = 4711
        return record
    }
}

/// Something that went wrong.
enum Trouble: Error {
    case disk(String)
}
