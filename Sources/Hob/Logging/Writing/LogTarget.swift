import HobSystem

/// The far end of a sink; only the sink's own thread calls it, which may be held up.
protocol LogTarget: Sendable {
    /// Writes one line.
    func deliver(_ line: [UInt8]) -> LogDelivery
    /// Opens it anew; throws when that fails and it goes on with what it has.
    func reopen() throws(SystemError)
}

/// What became of a line.
enum LogDelivery: Sendable, Hashable {
    case written
    /// It will never be; the reason goes into the log once there is room again.
    case lost(String)
    /// The same line is to be tried again after this time: the far end is away.
    case notNow(Duration)
}
