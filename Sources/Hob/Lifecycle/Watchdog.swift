import Glibc
import HobSystem
import Synchronization

/// Answers a supervisor's watchdog, but only as long as the daemon really makes progress.
///
/// Progress is that Swift's pool still runs tasks: a task is sent through it for each answer. A daemon all of whose
/// threads are blocked is silent, and its supervisor restarts it.
final class Watchdog: Sendable {
    private let answered = Atomic(0)
    private let asked = Atomic(0)

    /// Half of the supervisor's patience; nil when it has no watchdog, or not for this process.
    static func period() -> Duration? {
        guard let text = getenv("WATCHDOG_USEC"), let limit = Int64(String(cString: text)), limit > 0 else {
            return nil
        }
        if let text = getenv("WATCHDOG_PID"), Int32(String(cString: text)) != getpid() { return nil }
        return .microseconds(limit / 2)
    }

    /// Begins on the daemon's event loop.
    func follow(_ announcer: Announcer, every period: Duration, on loop: EventLoop) {
        loop.schedule(after: period) { [self] in
            // The one that was sent last time must have come through.
            if answered.load(ordering: .acquiring) == asked.load(ordering: .relaxed) {
                announcer.send("WATCHDOG=1")
                asked.add(1, ordering: .relaxed)
                Task.detached { [self] in answered.add(1, ordering: .releasing) }
            }
            follow(announcer, every: period, on: loop)
        }
    }
}
