import HobPolicy

/// When each turn of a repetition is due; all times are counted from its beginning.
struct RepetitionPlan {
    private let repetition: Repetition
    private var number = 0
    /// The point of the grid, or the moment, of the last turn.
    private var last: Int64 = 0

    init(_ repetition: Repetition) {
        self.repetition = repetition
    }

    /// The next turn and when it is due; nil when there is none any more.
    ///
    /// - Parameters:
    ///   - now: The time that has passed.
    ///   - pause: How long to wait at least, for an error's sake.
    mutating func next(at now: Duration, pausing pause: Duration = .zero) -> (tick: Tick, due: Duration)? {
        if let maximum = repetition.maximumRuns, number >= maximum { return nil }
        let isFirst = number == 0
        number += 1
        let now = now.wholeNanoseconds
        let interval = max(1, repetition.interval.wholeNanoseconds)
        let pause = max(0, pause.wholeNanoseconds)
        var skipped: Int64 = 0
        if isFirst {
            last = repetition.startsImmediately ? now : saturated(now, interval)
        } else {
            switch repetition.pacing {
            case .fixedDelay: last = saturated(now, max(interval, pause))
            case .strict:
                last = saturated(last, interval)
                if last < now {
                    skipped = Self.steps(from: last, to: now, by: interval)
                    last = saturated(last, skipped &* interval)
                }
                // A pause leaves turns out as well, on purpose: they count as nobody's delay.
                let earliest = saturated(now, pause)
                if pause > 0, last < earliest {
                    last = saturated(last, Self.steps(from: last, to: earliest, by: interval) &* interval)
                }
            }
        }
        return (Tick(number: number, skipped: Int(clamping: skipped)), .nanoseconds(last))
    }

    /// How many intervals it takes to get there or beyond.
    private static func steps(from start: Int64, to end: Int64, by interval: Int64) -> Int64 {
        let (quotient, remainder) = (end - start).quotientAndRemainder(dividingBy: interval)
        return remainder > 0 ? quotient + 1 : quotient
    }

    private func saturated(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
