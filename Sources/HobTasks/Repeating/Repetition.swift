public import HobPolicy

/// How often something is done, and for how long.
public struct Repetition: Sendable, Hashable {
    /// What an error of one run means for the next.
    public enum ErrorPolicy: Sendable, Hashable {
        /// It is logged; the next run comes after the interval or the back-off's delay, whichever is longer.
        case proceed(Backoff)
        /// It ends the repetition and is thrown.
        case stop
    }

    /// The time between two runs; more than zero.
    public var interval: Duration
    /// Between which points of the runs it is measured.
    public var pacing: Pacing
    /// Whether the first run comes at once, not after an interval.
    public var startsImmediately: Bool
    /// How many runs there are at most, 1 or more; nil: no end.
    public var maximumRuns: Int?
    /// What an error means for the next run; only `repeating` hears of errors.
    public var onError: ErrorPolicy

    /// Makes a repetition; what is wrong with it is told when it begins.
    public init(
        every interval: Duration, pacing: Pacing = .fixedDelay, startsImmediately: Bool = true,
        maximumRuns: Int? = nil, onError: ErrorPolicy = .proceed(Backoff())
    ) {
        self.interval = interval
        self.pacing = pacing
        self.startsImmediately = startsImmediately
        self.maximumRuns = maximumRuns
        self.onError = onError
    }

    /// Throws when it cannot be kept.
    func check() throws(TaskError) {
        guard interval > .zero else {
            throw TaskError(
                .badOptions, "an interval of \(interval.brief) is none: give more than zero, like .seconds(5)")
        }
        if let maximumRuns, maximumRuns < 1 {
            throw TaskError(
                .badOptions, "maximumRuns: \(maximumRuns) would never run: give 1 or more, or nil for no end")
        }
    }
}
