import HobTasks
import HobTestKit
import Synchronization

/// A clock whose timers go off when a test says so, on the test's thread.
final class HandClock: TimerClock {
    @TaskLocal private static var firing = false
    /// Whether the caller is called by a timer.
    static var isFiring: Bool { firing }

    private let clock = ManualClock()
    private let timers = Mutex<[@Sendable () -> Void]>([])

    var now: ManualClock.Instant { clock.now }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: ManualClock.Instant, tolerance: Duration?) async throws {
        try await clock.sleep(until: deadline, tolerance: tolerance)
    }

    func startTimer(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> ClockTimer {
        timers.withLock { $0.append(fire) }
        return ClockTimer {}
    }

    /// Lets all timers go off.
    func fire() {
        let due = timers.withLock { timers in
            defer { timers = [] }
            return timers
        }
        Self.$firing.withValue(true) { for timer in due { timer() } }
    }
}

extension ManualClock {
    /// Waits until so many sleep, and moves the clock to when the first of them wants to be woken.
    func advanceToNextWaking(of count: Int) async {
        while sleeperCount < count { await Task.yield() }
        await advanceToNextWaking()
    }
}
