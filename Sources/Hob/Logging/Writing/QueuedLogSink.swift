import HobSystem
import Logging

/// A sink with a bounded queue and a thread of its own: whoever logs never waits for a disk, a pipe or a server.
///
/// One exception, bounded: a line at error or above is waited for up to 50 ms, since it may be the last one.
public final class QueuedLogSink: LogSink {
    /// How many bytes of lines may wait to be written.
    public static let capacity = 1 << 20

    private let queue: LogQueue
    private let encode: @Sendable (LogRecord) -> [UInt8]

    /// Opens a destination.
    ///
    /// - Parameters:
    ///   - destination: Where lines go.
    ///   - daemon: The name in what the sink itself has to say.
    ///   - formats: What lines look like where the destination does not say.
    ///   - capacity: How many bytes may wait.
    public convenience init(
        to destination: LogDestination, daemon: String, formats: LogFormatSwitch = LogFormatSwitch(.text),
        capacity: Int = QueuedLogSink.capacity
    ) throws(LogError) {
        let target: any LogTarget
        let encode: @Sendable (LogRecord) -> [UInt8]
        do throws(SystemError) {
            switch destination {
            case .file(let path, let format, let mode):
                target = try FileTarget(path: path, mode: mode)
                encode = Self.encoder(format, formats)
            case .standardOutput(let format):
                target = try FileTarget(descriptor: 1)
                encode = Self.encoder(format, formats, stream: 1)
            case .standardError(let format):
                target = try FileTarget(descriptor: 2)
                encode = Self.encoder(format, formats, stream: 2)
            case .syslog(let path, let dialect, let facility):
                target = DatagramTarget(path: path)
                let host = dialect == .rfc5424 ? HostName.current : ""
                encode = { SyslogMessage.bytes(of: $0, dialect: dialect, facility: facility, host: host) }
            case .journal(let path):
                target = DatagramTarget(path: path)
                encode = JournalMessage.bytes(of:)
            }
        } catch {
            throw LogError(.cannotOpen, error.message, cause: error)
        }
        try self.init(target, daemon: daemon, capacity: capacity, encode: encode)
    }

    private static func encoder(
        _ format: LogFormat?, _ formats: LogFormatSwitch, stream: Int32? = nil
    ) -> @Sendable (LogRecord) -> [UInt8] {
        if let format { return format.line(of:) }
        let usesColour = stream.map(LogOptions.usesColour(onDescriptor:)) ?? false
        let isStamped = stream.map(StampedStream.isOne) ?? false
        return { record in
            var format = formats.format
            format.usesColour = usesColour
            format.showsTime = !isStamped
            return format.line(of: record)
        }
    }

    init(
        _ target: any LogTarget, daemon: String, capacity: Int = QueuedLogSink.capacity,
        encode: @escaping @Sendable (LogRecord) -> [UInt8]
    ) throws(LogError) {
        self.encode = encode
        do throws(SystemError) {
            queue = try LogQueue(target, name: "hob-log", capacity: capacity) { sentence in
                encode(LogRecord(level: .warning, daemon: daemon, label: daemon, source: "Hob", message: sentence))
            }
        } catch {
            throw LogError(.noResources, error.message, cause: error)
        }
    }

    deinit {
        queue.close()
    }

    /// Puts the record's line into the queue; drops and counts it when the queue is full.
    public func write(_ record: LogRecord) {
        queue.append(encode(record), isUrgent: record.level >= .error)
    }

    /// Opens the file anew behind the lines taken so far.
    public func reopen() {
        queue.reopen()
    }

    /// Waits until everything taken so far is written; false when the limit passed first.
    public func flush(within limit: Duration) -> Bool {
        queue.flush(until: MonotonicTime.now() + limit)
    }

    /// How many lines were dropped or could not be written.
    public var lostLines: Int { queue.lost }
}
