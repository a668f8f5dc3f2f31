import HobSystem
import Metrics
import Synchronization

/// What the daemon tells a metrics backend of itself, if its code has set one up.
///
/// A metric is looked up anew whenever it changes, which is rare: so it finds a backend that was set up late, and never
/// keeps anybody from setting one up. Nothing here runs on the control thread: a backend is somebody else's code.
final class DaemonMetrics: Sendable {
    private struct State {
        var told = LogTally.Counts()
        var toldLost = 0
        var services = 0
        var shutdownBegan: MonotonicTime?
    }

    private let log: DaemonLog
    private let state = Mutex(State())

    init(of log: DaemonLog) {
        self.log = log
    }

    func ready() { Counter(label: "hob_daemon_ready_total").increment() }

    func reloaded(isOK: Bool) {
        Counter(label: "hob_daemon_reloads_total", dimensions: [("result", isOK ? "ok" : "failed")]).increment()
    }

    /// A service of the daemon has begun (1) or ended (-1).
    func services(changedBy difference: Int) {
        // Told under the lock, so that the last word is the true number.
        state.withLock { state in
            state.services += difference
            Gauge(label: "hob_daemon_services_running").record(state.services)
        }
    }

    /// The shutdown begins; called once or more.
    func shutdownBegins() {
        state.withLock { if $0.shutdownBegan == nil { $0.shutdownBegan = MonotonicTime.now() } }
    }

    /// The hooks have ended.
    func shutdownEnds() {
        guard let began = state.withLock({ $0.shutdownBegan }) else { return }
        Timer(label: "hob_daemon_shutdown_seconds").recordNanoseconds(
            MonotonicTime.now().nanoseconds - began.nanoseconds)
        lines()
    }

    /// What has been logged, and lost, since the last call.
    func lines() {
        let counts = log.tally.counts
        let lost = log.lostLines
        let (news, newLost) = state.withLock { state in
            let news = LogTally.levels.map { ($0, counts[$0] - state.told[$0]) }
            let newLost = lost - state.toldLost
            state.told = counts
            state.toldLost = lost
            return (news, newLost)
        }
        for (level, count) in news where count > 0 {
            Counter(label: "hob_log_lines_total", dimensions: [("level", level.rawValue)]).increment(by: count)
        }
        if newLost > 0 { Counter(label: "hob_log_lines_lost_total").increment(by: newLost) }
    }
}
