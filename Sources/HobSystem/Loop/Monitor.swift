import CHobSystem
import Glibc

/// Some state, its lock, and a condition to wait on with a deadline of CLOCK_MONOTONIC.
///
/// @unchecked Sendable: `value` is touched only under `lock`. What a wait answers must no longer be shared with it.
package final class Monitor<Value>: @unchecked Sendable {
    /// What a waiting thread decides each time it looks.
    package enum Decision<Answer> {
        /// It has what it waited for.
        case done(Answer)
        /// Look again when woken, or at this moment at the latest.
        case wait(until: MonotonicTime?)
    }

    private let lock: OpaquePointer
    private var value: Value

    /// A monitor of this state.
    package init(_ value: sending Value) {
        guard let lock = hob_monitor_create() else { preconditionFailure("out of memory for a lock") }
        self.lock = lock
        self.value = value
    }

    deinit {
        hob_monitor_destroy(lock)
    }

    /// Runs the body under the lock.
    package func withLock<Answer, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Answer
    ) throws(Failure) -> sending Answer {
        hob_monitor_lock(lock)
        defer { hob_monitor_unlock(lock) }
        return try body(&value)
    }

    /// Wakes one waiting thread.
    package func signal() { hob_monitor_signal(lock) }

    /// Wakes all waiting threads.
    package func broadcast() { hob_monitor_broadcast(lock) }

    /// Waits until the body answers something.
    package func wait<Answer>(for body: (inout Value) -> Answer?) -> Answer {
        waitUntil { value, _ in body(&value).map { .done($0) } ?? .wait(until: nil) }
    }

    /// Waits until the body answers something; nil when the deadline passed first.
    package func wait<Answer>(until deadline: MonotonicTime, for body: (inout Value) -> Answer?) -> Answer? {
        waitUntil { value, now -> Decision<Answer?> in
            if let answer = body(&value) { return .done(answer) }
            return now >= deadline ? .done(nil) : .wait(until: deadline)
        }
    }

    /// Lets the body look at the state, under the lock, until it is done.
    package func waitUntil<Answer>(_ body: (inout Value, MonotonicTime) -> Decision<Answer>) -> Answer {
        hob_monitor_lock(lock)
        defer { hob_monitor_unlock(lock) }
        while true {
            switch body(&value, MonotonicTime.now()) {
            case .done(let answer): return answer
            case .wait(let deadline): _ = hob_monitor_wait(lock, deadline?.nanoseconds ?? -1)
            }
        }
    }
}
