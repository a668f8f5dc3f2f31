/// When something is to be done: a cron expression, an interval, a delay, or one moment.
///
///     let nightly = try Schedule("0 3 * * *")          // at three each night
///     let working = try Schedule("*/15 9-17 * * mon-fri")
///     let next = nightly.next(after: now, since: begin, in: vienna)
///
/// | form | means |
/// |---|---|
/// | `MINUTE HOUR DAY MONTH WEEKDAY` | a cron expression: `*`, numbers, `jan` and `mon`, ranges `1-5`, steps `*/10` and `8-18/2`, lists `1,15`. `5/20` is `5-59/20` |
/// | `@hourly` `@daily` `@midnight` `@weekly` `@monthly` `@yearly` `@annually` | `0 * * * *` and so on |
/// | `every 5m` | again and again, from the beginning on; clock steps do not matter |
/// | `in 10s` | once, so long after the beginning |
/// | `at 2030-12-24 18:00` | once, at that local time |
///
/// **Which day.** When both the day of the month and the day of the week are restricted, one that matches is enough; a
/// field that begins with a star does not count as restricted (so `*/2` must match as well as the other one), as in
/// Vixie's cron. A date that no month has, such as 30 February, is an error; 29 February waits for a leap year.
///
/// **When clocks are set forward**, the skipped local times run once, right after the gap, however many they are.
/// **When they are set back**, repeated local times run in their first pass only. An expression whose hour field begins
/// with a star follows the clock instead: it runs at no skipped time, and in both passes.
public struct Schedule: Hashable, Sendable, CustomStringConvertible {
    enum Kind: Hashable, Sendable {
        case cron(CronExpression)
        /// Milliseconds.
        case every(Int64)
        /// Milliseconds.
        case after(Int64)
        /// Seconds of local time.
        case at(Int64)
    }

    let kind: Kind
    /// The text it was made from.
    public let description: String

    /// Reads a schedule.
    ///
    /// - Parameter text: One of the forms above.
    /// - Throws: ``ScheduleError`` with the column of the mistake and what would be right.
    public init(_ text: String) throws(ScheduleError) {
        kind = try ScheduleParser(text).kind()
        description = text
    }

    /// Whether it goes by the time that passes, not by the clock on the wall: `every` and `in`.
    public var countsElapsedTime: Bool {
        switch kind {
        case .every, .after: true
        case .cron, .at: false
        }
    }

    /// The first time after a moment; nil when there is none, before the year 10000.
    ///
    /// - Parameters:
    ///   - time: A time that is equal to it does not count.
    ///   - beginning: When the schedule began, from which `every` and `in` count.
    ///   - zone: Whose local time counts.
    public func next(after time: UnixTime, since beginning: UnixTime, in zone: ZoneRules) -> UnixTime? {
        guard time.milliseconds < Self.endOfTime * 1_000 else { return nil }
        switch kind {
        case .every(let interval):
            // Before the beginning none is due, and a beginning that is no time at all has none.
            guard time >= beginning else { return Self.plausible(beginning + .milliseconds(interval)) }
            let (elapsed, overflow) = time.milliseconds.subtractingReportingOverflow(beginning.milliseconds)
            return overflow ? nil : Self.plausible(time + .milliseconds(interval - elapsed % interval))
        case .after(let delay):
            let due = beginning + .milliseconds(delay)
            return due > time ? Self.plausible(due) : nil
        case .at(let local):
            let due = zone.firstInstant(ofLocalSecond: local)
            return UnixTime(seconds: due) > time ? UnixTime(seconds: due) : nil
        case .cron(let expression):
            let start = max(time.wholeSeconds, -Self.endOfTime) + 1
            return zone.first(of: expression, from: start, before: min(start + Self.horizon, Self.endOfTime))
                .map { UnixTime(seconds: $0) }
        }
    }

    /// The beginning of the year 10000, in seconds.
    static let endOfTime: Int64 = 253_402_300_800
    /// A leap day may be 40 years away from the next one on the same weekday.
    private static let horizon: Int64 = 100 * 366 * 86_400

    private static func plausible(_ time: UnixTime) -> UnixTime? {
        time.milliseconds < endOfTime * 1_000 ? time : nil
    }
}
