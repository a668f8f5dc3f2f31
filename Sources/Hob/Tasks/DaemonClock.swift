import HobPolicy
import HobSystem
public import HobTasks
import Synchronization

/// The clock of a daemon: the kernel's monotonic time, with timers on the daemon's own control thread.
///
/// Deadlines on it are kept even when work blocks every thread of Swift's pool, which delays a `Task.sleep` for as long.
/// `context.every`, `context.withDeadline` and `context.taskPool` use it; give it to whatever takes a clock.
public struct DaemonClock: TimerClock {
    /// A point of its time.
    public struct Instant: InstantProtocol {
        let time: MonotonicInstant

        /// The point that lies so much later.
        public func advanced(by duration: Duration) -> Instant { Instant(time: time + duration) }
        /// How much later the other point is.
        public func duration(to other: Instant) -> Duration { other.time - time }
        /// Earlier is less.
        public static func < (left: Instant, right: Instant) -> Bool { left.time < right.time }
    }

    private let control: ControlThread

    init(_ control: ControlThread) {
        self.control = control
    }

    /// This moment.
    public var now: Instant {
        Instant(time: MonotonicInstant(nanoseconds: MonotonicTime.now().nanoseconds))
    }

    /// A nanosecond.
    public var minimumResolution: Duration { .nanoseconds(1) }

    /// Sleeps until that moment; throws when cancelled.
    ///
    /// The timer is kept by the control thread; the task goes on when a thread of Swift's pool is free.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let sleeper = Sleeper()
        let due = MonotonicTime(nanoseconds: deadline.time.nanoseconds)
        try await sleeper.sleep {
            control.post { loop in
                if !sleeper.isAwake { sleeper.timer = loop.schedule(at: due) { sleeper.wake() } }
            }
        } end: { [control] in
            control.post { loop in if let timer = sleeper.timer { loop.cancel(timer) } }
        }
    }

    /// Calls the closure once, on the control thread, after so long; it must be quick and must not wait.
    public func startTimer(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> ClockTimer {
        let timer = ControlTimer()
        let due = MonotonicTime.now() + delay
        control.post { loop in
            if !timer.isStopped.load(ordering: .acquiring) { timer.token = loop.schedule(at: due, handler: fire) }
        }
        return ClockTimer { [control] in
            timer.isStopped.store(true, ordering: .releasing)
            control.post { loop in if let token = timer.token { loop.cancel(token) } }
        }
    }

    /// @unchecked Sendable: `token` belongs to the control thread.
    private final class ControlTimer: @unchecked Sendable {
        let isStopped = Atomic(false)
        var token: TimerToken?
    }
}
