import HobSystem

/// A bounded queue of lines, and the thread that writes them.
///
/// Whoever logs only puts a line here. When the disk hangs, that thread hangs with it; the queue fills up, further lines
/// are dropped and counted, and the daemon goes on. An urgent line is waited for, so that the last words before a crash
/// are written, but never longer than ``urgentPatience``, and not at all while an earlier wait was in vain.
final class LogQueue: Sendable {
    /// So long a line at error or above holds up who logs it, at most.
    static let urgentPatience: Duration = .milliseconds(50)
    /// So often lines that were lost are told of, at most, while others wait to be written.
    static let lossInterval: Duration = .seconds(1)

    private enum Entry {
        case line([UInt8])
        case reopen
    }

    private struct State {
        var entries = Deque<Entry>()
        var bytes = 0
        /// How many entries were taken, and how many of them are done with.
        var taken = 0
        var done = 0
        var waiting = 0
        var isStalled = false
        var isClosed = false
        var losses = LogLosses()
        var lost = 0
    }

    private let monitor = Monitor(State())
    private let target: any LogTarget
    private let capacity: Int
    /// Makes a line of what the sink itself has to say.
    private let notice: @Sendable (String) -> [UInt8]

    /// Starts the thread.
    ///
    /// - Parameter capacity: How many bytes may wait.
    init(
        _ target: any LogTarget, name: String, capacity: Int, notice: @escaping @Sendable (String) -> [UInt8]
    ) throws(SystemError) {
        self.target = target
        self.capacity = capacity
        self.notice = notice
        try Thread.start(name: name) { self.work() }
    }

    /// How many lines were lost.
    var lost: Int { monitor.withLock { $0.lost } }

    /// Takes a line, or drops and counts it.
    func append(_ line: [UInt8], isUrgent: Bool) {
        let number = monitor.withLock { state -> Int? in
            guard state.bytes + line.count <= capacity, !state.isClosed else {
                state.lost += 1
                let reason =
                    line.count > capacity
                    ? "\(line.count) bytes are more than the queue's \(capacity)"
                    : "they came faster than they could be written"
                state.losses.add(reason, at: WallClock.now)
                return nil
            }
            state.bytes += line.count
            state.entries.append(.line(line))
            state.taken += 1
            return state.taken
        }
        guard let number else { return }
        monitor.broadcast()
        if isUrgent { waitBriefly(for: number) }
    }

    /// Reopens the target behind the lines taken so far.
    func reopen() {
        monitor.withLock { state in
            state.entries.append(.reopen)
            state.taken += 1
        }
        monitor.broadcast()
    }

    /// Waits until all that was taken so far is done with; false at the deadline.
    func flush(until deadline: MonotonicTime) -> Bool {
        monitor.withLock { $0.waiting += 1 }
        defer { monitor.withLock { $0.waiting -= 1 } }
        var goal: Int?
        return monitor.wait(until: deadline) { state in
            let end = goal ?? state.taken
            goal = end
            return state.done >= end ? true : nil
        } ?? false
    }

    /// Lets the thread end when it has written everything.
    func close() {
        monitor.withLock { $0.isClosed = true }
        monitor.broadcast()
    }

    private func waitBriefly(for number: Int) {
        let deadline = MonotonicTime.now() + Self.urgentPatience
        let isStalled = monitor.withLock { state in
            if !state.isStalled { state.waiting += 1 }
            return state.isStalled
        }
        if isStalled { return }
        let isDone = monitor.wait(until: deadline) { $0.done >= number ? true : nil } ?? false
        monitor.withLock { state in
            state.waiting -= 1
            // Cleared by the next line that is written.
            if !isDone, state.done < number { state.isStalled = true }
        }
    }

    private func work() {
        var lastTold = MonotonicTime(nanoseconds: .min)
        while let entry = next() {
            switch entry {
            case .line(let line): deliver(line)
            case .reopen:
                do throws(SystemError) { try target.reopen() } catch {
                    _ = target.deliver(notice("the log stays with its old file: \(error.message)"))
                }
            }
            // Before anybody hears that it is done, so that a flush at the end covers it.
            tellLosses(&lastTold)
            finish(entry)
        }
    }

    private func next() -> Entry? {
        monitor.wait { state -> Entry?? in
            if let entry = state.entries.popFirst() { return .some(entry) }
            return state.isClosed ? .some(nil) : nil
        } ?? nil
    }

    private func deliver(_ line: [UInt8]) {
        while true {
            switch target.deliver(line) {
            case .written: return
            case .lost(let reason): return lose(reason)
            case .notNow(let pause):
                let isClosed: Bool? = monitor.wait(until: MonotonicTime.now() + pause) { $0.isClosed ? true : nil }
                if isClosed == true { return lose("nobody took it before the log was closed") }
            }
        }
    }

    private func lose(_ reason: String) {
        monitor.withLock { state in
            state.lost += 1
            state.losses.add(reason, at: WallClock.now)
        }
    }

    private func finish(_ entry: Entry) {
        let isAwaited = monitor.withLock { state in
            state.done += 1
            state.isStalled = false
            if case .line(let line) = entry { state.bytes -= line.count }
            return state.waiting > 0
        }
        if isAwaited { monitor.broadcast() }
    }

    private func tellLosses(_ lastTold: inout MonotonicTime) {
        let now = MonotonicTime.now()
        let mayTell = now >= lastTold + Self.lossInterval
        let losses = monitor.withLock { state -> LogLosses? in
            guard state.losses.count > 0, mayTell || state.entries.isEmpty else { return nil }
            return state.losses
        }
        guard let losses else { return }
        lastTold = now
        guard target.deliver(notice(losses.sentence)) == .written else { return }
        monitor.withLock { state in
            state.losses.count -= losses.count
            state.losses.since = WallClock.now
        }
    }
}
