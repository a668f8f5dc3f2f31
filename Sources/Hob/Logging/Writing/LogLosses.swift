/// Lines that could not be written and have not been told of yet.
struct LogLosses: Sendable {
    /// How many.
    var count = 0
    /// When the first of them was, in milliseconds of Unix time.
    var since: Int64 = 0
    /// Why the last of them was.
    var reason = ""

    mutating func add(_ reason: String, at milliseconds: Int64) {
        if count == 0 { since = milliseconds }
        count += 1
        self.reason = reason
    }

    /// For the log.
    var sentence: String {
        let lines = count == 1 ? "1 line was" : "\(count) lines were"
        return "\(lines) lost since \(LogStamp.rfc3339(since)): \(reason)"
    }
}
