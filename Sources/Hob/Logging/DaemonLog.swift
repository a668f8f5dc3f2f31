public import Logging

/// The log of a daemon: its sinks, and the level they share.
public final class DaemonLog: Sendable {
    /// The daemon's name, which stands in every line.
    public let name: String
    /// The level of all loggers that have none of their own.
    public let levels: LogLevelSwitch
    /// The look of the lines whose destination has none of its own.
    public let formats: LogFormatSwitch
    /// How many serious lines there were.
    let tally = LogTally()
    private let sinks: [any LogSink]

    /// Makes a log of sinks.
    public convenience init(name: String, level: Logger.Level, sinks: [any LogSink]) {
        self.init(name: name, level: level, formats: LogFormatSwitch(.text), sinks: sinks)
    }

    private init(name: String, level: Logger.Level, formats: LogFormatSwitch, sinks: [any LogSink]) {
        self.name = name
        self.formats = formats
        self.levels = LogLevelSwitch(level)
        self.sinks = sinks
    }

    /// Opens everything that the options name.
    ///
    /// - Throws: When a file cannot be opened. A syslog or journal that is not there is no error: it may come.
    public convenience init(name: String, _ options: LogOptions) throws(LogError) {
        try self.init(name: name, options, besides: [])
    }

    /// - Parameter others: Sinks of the caller's own.
    convenience init(name: String, _ options: LogOptions, besides others: [any LogSink]) throws(LogError) {
        var destinations = options.destinations
        let hasOutput = destinations.contains { $0.isStandardStream }
        let formats = LogFormatSwitch(options.format)
        if options.copiesToStandardOutput, !hasOutput { destinations.append(.standardOutput()) }
        var sinks = others
        for destination in destinations {
            sinks.append(try QueuedLogSink(to: destination, daemon: name, formats: formats))
        }
        if let report = options.errorReport {
            // What goes wrong with a report is told to the others: it must never be reported itself.
            let others = sinks
            sinks.append(
                try ErrorReporter(report, daemon: name) { record in
                    for sink in others { sink.write(record) }
                })
        }
        self.init(name: name, level: options.level, formats: formats, sinks: sinks)
    }

    /// A logger that writes here; the label is the daemon's name if none is given.
    public func logger(label: String? = nil) -> Logger {
        let label = label ?? name
        return Logger(label: label) { DaemonLogHandler(self, label: $0) }
    }

    /// A logger that writes here, but nothing below a level, whatever the daemon's level is.
    func logger(notBelow floor: Logger.Level) -> Logger {
        Logger(label: name) { DaemonLogHandler(self, label: $0, floor: floor) }
    }

    /// Makes this the log behind every `Logger(label:)` of the process; swift-log allows that once.
    public func bootstrap(metadataProvider: Logger.MetadataProvider? = nil) {
        LoggingSystem.bootstrap(
            { DaemonLogHandler(self, label: $0, metadataProvider: $1) }, metadataProvider: metadataProvider)
    }

    /// Gives a record to every sink, whatever its level.
    public func write(_ record: LogRecord) {
        for sink in sinks { sink.write(record) }
        tally.add(record.level)
    }

    /// Opens the files anew, for SIGHUP: lines logged before this call are in the old file, those after it in the new.
    public func reopen() {
        for sink in sinks { sink.reopen() }
    }

    /// Waits until everything is written; false when the limit passed first.
    @discardableResult
    public func flush(within limit: Duration) -> Bool {
        let end = ContinuousClock.now + limit
        var isDone = true
        // Each gets what is left of the limit, the last ones a look at least.
        for sink in sinks where !sink.flush(within: max(.zero, end - .now)) { isDone = false }
        return isDone
    }

    /// Changes between debug and info, for SIGUSR1, and says so in the log.
    public func toggleLevel() {
        announce(levels.toggle())
    }

    /// Turns debugging on, for SIGUSR2, and says so in the log.
    public func forceDebug() {
        levels.level = .debug
        announce(.debug)
    }

    /// How many lines could not be written by any of the sinks.
    public var lostLines: Int { sinks.reduce(0) { $0 + $1.lostLines } }

    private func announce(_ level: Logger.Level) {
        write(
            LogRecord(
                level: .notice, daemon: name, label: name, source: "Hob", message: "the log level is now \(level)"))
    }
}
