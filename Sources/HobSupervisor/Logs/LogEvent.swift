package import HobSystem

/// A compiled POSIX extended regular expression that a log line is to match.
package typealias LogPattern = RegularExpression

/// What the log path has to tell the control thread; reported on the log threads.
package enum LogEvent: Sendable, Equatable {
    /// Everything that was in the FIFO when the drain was asked for is in the log file.
    case drained(slot: Int, token: UInt64)
    /// A line matched the pattern that was watched for with this token.
    case matched(slot: Int, token: UInt64)
    /// A log file was finished under this sequence number.
    case rotated(slot: Int, sequence: Int)
    /// All log files have been opened anew.
    case reopened
    /// Nothing has been written for a while, and what the log threads do not need is given back.
    case cooledDown
    /// Logging of a slot (nil: of all) does not work at the moment; it is tried again until it does.
    case trouble(slot: Int?, SystemError)
    /// What was in trouble works again.
    case recovered(slot: Int?)
    /// Something beside the log itself went wrong, once: a file that could not be compressed or removed.
    case complaint(slot: Int?, SystemError)
    /// Output of a slot is being dropped from now on, as its definition says.
    case dropping(slot: Int)
    /// So much was dropped, and the log says so.
    case dropped(slot: Int, bytes: Int, lines: Int)
}
