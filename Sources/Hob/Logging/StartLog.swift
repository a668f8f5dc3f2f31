import Synchronization

/// Lines on standard error until the daemon is ready, for whoever waits for its start.
final class StartLog: LogSink {
    private let sink: QueuedLogSink
    private let isClosed = Atomic(false)

    init(daemon: String) throws(LogError) {
        sink = try QueuedLogSink(to: .standardError(.text), daemon: daemon)
    }

    /// The start is over: nothing more is written.
    func close() { isClosed.store(true, ordering: .relaxed) }

    func write(_ record: LogRecord) {
        if !isClosed.load(ordering: .relaxed) { sink.write(record) }
    }

    func flush(within limit: Duration) -> Bool { sink.flush(within: limit) }

    var lostLines: Int { sink.lostLines }
}
