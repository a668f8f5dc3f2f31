/// A clock whose timers go off on a thread of its own, whatever keeps the threads of Swift's pool busy.
///
/// A deadline on such a clock cancels its work in time even when every thread of the pool is blocked: the cancellation
/// happens on the clock's thread. On any other clock the timer is a sleeping task, which needs a free thread to wake.
public protocol TimerClock: Clock where Duration == Swift.Duration {
    /// Calls the closure once, on the clock's thread, after so long; it must be quick and must not wait.
    ///
    /// - Returns: What stops the timer; a timer that nobody holds goes off all the same.
    func startTimer(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> ClockTimer
}

/// A timer that has been started.
public struct ClockTimer: Sendable {
    private let stop: @Sendable () -> Void

    /// A timer that is stopped by this closure.
    public init(stop: @escaping @Sendable () -> Void) {
        self.stop = stop
    }

    /// Stops it. One that is just going off, or has, is not affected.
    public func cancel() { stop() }
}

extension Clock where Duration == Swift.Duration {
    /// A timer of this clock: on its own thread where it has one, else a sleeping task.
    func timer(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> ClockTimer {
        if let clock = self as? any TimerClock { return clock.startTimer(after: delay, fire) }
        let sleeper = Task.detached { if (try? await self.sleep(for: delay)) != nil { fire() } }
        return ClockTimer { sleeper.cancel() }
    }
}
