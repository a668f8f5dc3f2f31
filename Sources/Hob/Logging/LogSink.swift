/// Where records of a daemon's log go.
///
/// Nothing here may hold up who logs: a sink whose disk, pipe or server hangs keeps what it can and counts the rest.
public protocol LogSink: Sendable {
    /// Takes a record; called on whatever thread logs, by several at once.
    func write(_ record: LogRecord)
    /// Opens its file anew, because somebody has renamed it; what was taken before goes to the old one.
    func reopen()
    /// Waits until everything taken so far is written; false when the limit passed first.
    func flush(within limit: Duration) -> Bool
    /// How many records it could not write since it was made.
    var lostLines: Int { get }
}

extension LogSink {
    /// Does nothing: it has no file.
    public func reopen() {}
    /// Has nothing to wait for.
    public func flush(within limit: Duration) -> Bool { true }
    /// None.
    public var lostLines: Int { 0 }
}
