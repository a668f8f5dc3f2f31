import CHobSystem
import Glibc

/// Ends this process by SIGABRT unless it is disarmed in time: the guard of a thread that must never be stuck.
///
/// Arm it in ``EventLoop/beforeDispatch`` and disarm it in ``EventLoop/afterDispatch``. SIGABRT must not be blocked in
/// every thread. The timer is this process's own: children and an exec do not inherit it.
package final class AbortTimer {
    private let timer: UnsafeMutableRawPointer?

    /// A timer that is not armed.
    package init() throws(SystemError) {
        var made: UnsafeMutableRawPointer?
        let result = invoke(.timer) { hob_abort_timer_create(&made) }
        guard result >= 0 else { throw .descriptor("a timer", -result) }
        timer = made
    }

    deinit {
        _ = hob_abort_timer_delete(timer)
    }

    /// Lets the process die after so long; arming again starts anew.
    package func arm(after patience: Duration) {
        let end = MonotonicTime(nanoseconds: 0) + patience
        _ = hob_abort_timer_set(timer, max(1, end.nanoseconds))
    }

    /// Lets the process live.
    package func disarm() {
        _ = hob_abort_timer_set(timer, 0)
    }
}
