/// A moment by the clock on the wall: milliseconds since 1970 in UTC, leap seconds not counted.
///
/// Policies never read a clock: the caller passes the moment in. Unlike a ``MonotonicInstant`` it may jump when somebody
/// sets the clock.
public struct UnixTime: Hashable, Comparable, Sendable {
    /// Milliseconds since the beginning of 1970 in UTC.
    public var milliseconds: Int64

    /// Makes a moment from milliseconds since 1970.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Makes a moment from whole seconds since 1970; it saturates instead of overflowing.
    public init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        milliseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Orders moments by time.
    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// The moment that lies `duration` after this one, in whole milliseconds; it saturates instead of overflowing.
    public static func + (time: Self, duration: Duration) -> Self {
        let (sum, overflow) = time.milliseconds.addingReportingOverflow(duration.wholeNanoseconds / 1_000_000)
        return UnixTime(milliseconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }

    /// The time from `earlier` to `later`; negative when they are the other way round.
    public static func - (later: Self, earlier: Self) -> Duration {
        let (difference, overflow) = later.milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return .milliseconds(overflow ? (later < earlier ? .min : .max) : difference)
    }

    /// The second that has begun.
    var wholeSeconds: Int64 { milliseconds.dividedDown(by: 1_000) }
}

extension Int64 {
    /// The quotient rounded towards minus infinity, as calendars count.
    func dividedDown(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }

    /// The quotient rounded towards plus infinity.
    func dividedUp(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor > 0 ? quotient + 1 : quotient
    }
}
