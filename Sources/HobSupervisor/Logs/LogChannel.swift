import HobSupervisorCore
import HobSystem

/// The way of one instance's bytes from the reader to its log file.
///
/// @unchecked Sendable: `outstanding`, `isStalled` and `released` are touched under the staging area's lock, `pending`,
/// `isQueued`, `users` and `retryAt` under the writer's, and `file` and `rules` by the writer's thread alone.
final class LogChannel: @unchecked Sendable {
    /// One thing for the writer to do, in the order of the bytes.
    enum Job {
        /// Write these bytes.
        case batch(StagedBatch)
        /// From now on the file belongs to this slot and has these rules.
        case open(slot: Int, LogDefinition)
        /// Everything before is written: say so.
        case drained(slot: Int, token: UInt64)
        /// End the last line, if it is not.
        case endLine
        /// So much was dropped here: say so in the log.
        case dropped(slot: Int, bytes: Int, lines: Int)
        /// Look for a line that matches.
        case watch(LineMatcher)
        /// No longer look for one.
        case unwatch
        /// The slot needs the file no longer.
        case close
    }

    /// The instance's name.
    let name: String
    /// The file on disk; nil while nothing is written and nothing need be remembered: most services say little.
    var file: LogFile?
    /// Whose the file is, and its rules; nil while only an earlier life's bytes are here.
    var rules: (slot: Int, definition: LogDefinition)?

    /// How many batches have been read and not written.
    var outstanding = 0
    /// Whether the file cannot be written at the moment.
    var isStalled = false
    /// How many batches were ever written or given up: whether the writer gets on with it.
    var released: UInt64 = 0

    /// What is to be done, the job under way included.
    var pending = RingQueue<Job>()
    /// Whether the writer has it in one of its lists.
    var isQueued = false
    /// How many streams lead here; two while a removed one still drains and its successor is there already.
    var users = 0
    /// When a job that has failed is tried again.
    var retryAt = MonotonicTime(nanoseconds: 0)

    init(name: String) {
        self.name = name
    }
}
