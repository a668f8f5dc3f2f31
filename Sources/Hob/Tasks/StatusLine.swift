import HobPolicy
import HobSystem
import HobTasks
import Synchronization

/// What the supervisor and the daemon's own `status` are told about its doings: the daemon's own words, and the numbers of its pools.
///
/// Numbers are sent at most once a second, and only when a task has begun or ended since.
final class StatusLine: Sendable {
    private struct State {
        var words = ""
        var pools: [(name: String, snapshot: @Sendable () -> TaskPoolSnapshot?)] = []
        var isDue = false
    }

    private let state = Mutex(State())
    private let announcer: Announcer
    private let note = StatusNote()
    private let control: ControlThread
    private static let pause: Duration = .seconds(1)

    init(_ announcer: Announcer, _ control: ControlThread) {
        self.announcer = announcer
        self.control = control
    }

    /// The daemon's own words, sent at once.
    func say(_ words: String) {
        state.withLock { $0.words = words.split(whereSeparator: \.isNewline).joined(separator: " ") }
        send()
    }

    /// From now on, these numbers as well.
    func add(_ name: String, _ snapshot: @escaping @Sendable () -> TaskPoolSnapshot?) {
        state.withLock { $0.pools.append((name, snapshot)) }
    }

    /// Some number has changed.
    func changed() {
        let isFirst = state.withLock { state in
            defer { state.isDue = true }
            return !state.isDue
        }
        guard isFirst else { return }
        control.post { [self] loop in
            loop.schedule(after: Self.pause) { [self] in
                state.withLock { $0.isDue = false }
                send()
            }
        }
    }

    private func send() {
        let (words, pools) = state.withLock { ($0.words, $0.pools) }
        let parts = ([words] + pools.compactMap { pool in pool.snapshot().map { Self.text(pool.name, $0) } })
        let line = parts.filter { !$0.isEmpty }.joined(separator: "; ")
        announcer.send("STATUS=\(line)")
        note.write(line)
    }

    /// `tasks: 3 running, 10 queued, 512 done, 2 failed`; what is zero and unusual is left out.
    static func text(_ name: String, _ snapshot: TaskPoolSnapshot) -> String {
        var parts = ["\(snapshot.running) running", "\(snapshot.queued + snapshot.waiting) queued"]
        parts.append("\(snapshot.done) done")
        for (count, word) in [
            (snapshot.stuck, "stuck"), (snapshot.failed, "failed"), (snapshot.timedOut, "timed out"),
            (snapshot.cancelled, "cancelled"), (snapshot.refused, "refused"),
        ] where count > 0 { parts.append("\(count) \(word)") }
        return "\(name): \(parts.joined(separator: ", "))"
    }
}
