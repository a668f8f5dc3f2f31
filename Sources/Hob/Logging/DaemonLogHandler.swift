public import Logging

/// swift-log's way to a ``DaemonLog``.
public struct DaemonLogHandler: LogHandler {
    private let log: DaemonLog
    private let label: String
    private let floor: Logger.Level?
    private var ownLevel: Logger.Level?

    /// What is said beside every message.
    public var metadata: Logger.Metadata = [:]
    /// What is asked for metadata with every message.
    public var metadataProvider: Logger.MetadataProvider?

    /// Makes a handler of a logger with this label.
    ///
    /// - Parameters:
    ///   - log: Where it writes.
    ///   - label: The logger's label.
    ///   - floor: The lowest level that it ever writes, for libraries whose details are nobody's concern; nil: none.
    ///   - metadataProvider: What is asked for metadata with every message.
    public init(
        _ log: DaemonLog, label: String, floor: Logger.Level? = nil, metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.log = log
        self.label = label
        self.floor = floor
        self.metadataProvider = metadataProvider
    }

    /// The level of the daemon's switch, or the logger's own once it was set; a `quiet` block raises either.
    public var logLevel: Logger.Level {
        get {
            let level = max(ownLevel ?? log.levels.level, floor ?? .trace)
            guard let quiet = QuietLevel.current else { return level }
            return max(level, quiet)
        }
        set { ownLevel = newValue }
    }

    /// One value of the metadata.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Gives an event to every sink of the log.
    public func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get(), !provided.isEmpty { all.merge(provided) { $1 } }
        if let said = event.metadata, !said.isEmpty { all.merge(said) { $1 } }
        log.write(
            LogRecord(
                level: event.level, daemon: log.name, label: label, source: event.source,
                message: event.message.description, metadata: all, failure: event.error.map(LogRecord.Failure.init),
                file: event.file, function: event.function, line: event.line))
    }
}
