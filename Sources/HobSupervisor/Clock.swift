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
        WallClock.now
    }
}
