/// How long to wait before the next attempt: at once, then doubling to a cap, with jitter.
public struct Backoff: Hashable, Sendable {
    /// The delay before the second attempt in a row; the first is made at once.
    public var initial: Duration
    /// The delay never grows beyond this; jitter comes on top.
    public var maximum: Duration
    /// Each delay is this many times the one before.
    public var factor: Double
    /// Each delay is moved by up to this share of itself, either way, so that twenty services do not return as one.
    public var jitter: Double
    /// So long a healthy life makes the next failure the first again.
    public var resetAfter: Duration

    /// Makes a back-off.
    ///
    /// - Parameters:
    ///   - initial: the first real delay.
    ///   - maximum: the cap.
    ///   - factor: growth per attempt; 2 doubles.
    ///   - jitter: share of the delay, 0 to 1.
    ///   - resetAfter: healthy time that forgets earlier failures.
    public init(
        initial: Duration = .milliseconds(100), maximum: Duration = .seconds(30), factor: Double = 2,
        jitter: Double = 0.2, resetAfter: Duration = .seconds(10)
    ) {
        self.initial = initial
        self.maximum = maximum
        self.factor = factor
        self.jitter = jitter
        self.resetAfter = resetAfter
    }

    /// The delay before an attempt.
    ///
    /// - Parameters:
    ///   - failures: how many attempts in a row have failed; 1 means the first failure, which is retried at once.
    ///   - generator: the source of the jitter.
    public func delay(afterFailures failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        guard failures > 1 else { return .zero }
        let base = plainDelay(afterFailures: failures)
        guard jitter > 0 else { return base }
        let bound = min(jitter, 1)
        let share = Double.random(in: -bound...bound, using: &generator)
        return Self.duration(Double(base.wholeNanoseconds) * (1 + share))
    }

    /// The delay without jitter.
    public func plainDelay(afterFailures failures: Int) -> Duration {
        guard failures > 1 else { return .zero }
        let cap = Double(maximum.wholeNanoseconds)
        var delay = Double(initial.wholeNanoseconds)
        // A factor that is none makes equal delays, not a trap.
        let growth = factor.isFinite ? max(1, factor) : 1
        for _ in 2..<max(2, min(failures, 80)) where delay < cap { delay *= growth }
        return Self.duration(min(delay, cap))
    }

    /// Near 292 years a Double no longer fits into whole nanoseconds.
    private static func duration(_ nanoseconds: Double) -> Duration {
        .nanoseconds(nanoseconds < 9.2e18 ? Int64(max(0, nanoseconds)) : 9_200_000_000_000_000_000)
    }
}
