import Glibc
import HobSystem
public import Logging

/// One event of a daemon's log, with everything a sink may want to say about it.
public struct LogRecord: Sendable {
    /// An error that was logged with the message.
    public struct Failure: Sendable, Hashable {
        /// The error's type, with its module.
        public var type: String
        /// What the error says of itself.
        public var message: String

        /// Describes an error.
        public init(_ error: any Error) {
            type = String(reflecting: Swift.type(of: error))
            message = String(describing: error)
        }
    }

    /// When it was logged, in milliseconds of Unix time.
    public var milliseconds: Int64
    /// How serious it is.
    public var level: Logger.Level
    /// The daemon's name.
    public var daemon: String
    /// The process.
    public var pid: Int32
    /// The logger's label.
    public var label: String
    /// The module that logged it.
    public var source: String
    /// The text.
    public var message: String
    /// What was said beside the text.
    public var metadata: Logger.Metadata
    /// The error that was logged with it.
    public var failure: Failure?
    /// The file that logged it, as `Module/File.swift`.
    public var file: String
    /// The function that logged it.
    public var function: String
    /// The line of the file.
    public var line: UInt

    /// Makes a record of this moment.
    public init(
        level: Logger.Level, daemon: String, label: String, source: String, message: String,
        metadata: Logger.Metadata = [:], failure: Failure? = nil, file: String = #fileID,
        function: String = #function, line: UInt = #line
    ) {
        milliseconds = WallClock.now
        self.level = level
        self.daemon = daemon
        pid = getpid()
        self.label = label
        self.source = source
        self.message = message
        self.metadata = metadata
        self.failure = failure
        self.file = file
        self.function = function
        self.line = line
    }

    /// The file's name without its module.
    var fileName: Substring { file.split(separator: "/").last ?? Substring(file) }

    /// The metadata in the order of its keys, so that equal events make equal lines.
    var sortedMetadata: [(key: String, value: Logger.Metadata.Value)] {
        metadata.sorted { $0.key < $1.key }
    }
}
