import HobPolicy
import HobSystem
import Logging

/// Decides which errors are reported, and when what was held back is told of.
struct ReportQueue {
    /// A report that is due.
    struct Report {
        var record: LogRecord
        /// How many others there were since the last report.
        var heldBack: Int
    }

    /// So many errors wait while a report is under way; further ones are held back.
    static let capacity = 64

    private let limit: RateLimit
    private var waiting = Deque<LogRecord>()
    private var window = SlidingWindow()
    private var heldBack = 0
    private var lastHeld: LogRecord?

    init(_ limit: RateLimit) {
        self.limit = limit
    }

    /// Whether an error waits that was not looked at yet.
    var hasWaiting: Bool { !waiting.isEmpty }

    mutating func add(_ record: LogRecord) {
        if waiting.count < Self.capacity { waiting.append(record) } else { hold(record) }
    }

    /// The next report; nil when none is due now.
    mutating func next(at now: MonotonicInstant) -> Report? {
        while let record = waiting.popFirst() {
            if window.admit(at: now, under: limit) { return report(record, besides: heldBack) }
            hold(record)
        }
        // Nobody else may fail any more: those held back are told of once there is room.
        guard let lastHeld, window.admit(at: now, under: limit) else { return nil }
        return report(lastHeld, besides: heldBack - 1)
    }

    /// When what is held back can be told of; nil when nothing is, or the limit allows no report at all.
    var nextRoom: MonotonicInstant? {
        guard heldBack > 0, let oldest = window.instants.first else { return nil }
        return oldest + limit.window
    }

    private mutating func hold(_ record: LogRecord) {
        heldBack += 1
        lastHeld = record
    }

    private mutating func report(_ record: LogRecord, besides others: Int) -> Report {
        heldBack = 0
        lastHeld = nil
        return Report(record: record, heldBack: others)
    }
}
