import CHobSystem

/// A point of CLOCK_MONOTONIC, in nanoseconds.
package struct MonotonicTime: Sendable, Hashable, Comparable {
    /// Nanoseconds since the clock's start.
    package var nanoseconds: Int64

    /// The point at this count of nanoseconds.
    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// This moment.
    package static func now() -> MonotonicTime { MonotonicTime(nanoseconds: hob_monotonic_now()) }

    /// Earlier is less.
    package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The point that lies so many nanoseconds later; never overflows.
    package func advanced(byNanoseconds distance: Int64) -> MonotonicTime {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(distance)
        return MonotonicTime(nanoseconds: overflow ? (distance > 0 ? .max : .min) : sum)
    }

    /// The point that lies so much later.
    package static func + (left: MonotonicTime, right: Duration) -> MonotonicTime {
        let (seconds, attoseconds) = right.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return MonotonicTime(nanoseconds: seconds > 0 ? .max : .min) }
        return left.advanced(byNanoseconds: whole &+ attoseconds / 1_000_000_000)
    }

    /// How much later the left point is.
    package static func - (left: MonotonicTime, right: MonotonicTime) -> Duration {
        .nanoseconds(left.nanoseconds &- right.nanoseconds)
    }
}
