import Glibc
package import HobPolicy
import HobSystem

/// The clocks of the machine, read in one place.
package enum Clock {
    /// The kernel's monotonic clock.
    package static var now: MonotonicInstant {
        MonotonicInstant(nanoseconds: MonotonicTime.now().nanoseconds)
    }

    /// Milliseconds of Unix time, for display only.
    package static var wallMilliseconds: Int64 {
        var time = timespec()
        // Cannot fail: the clock exists and the pointer is valid.
        _ = clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
