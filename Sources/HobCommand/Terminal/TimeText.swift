import HobClient
import HobPolicy

/// Spans and points of time in the words of a status line.
enum TimeText {
    /// A span in milliseconds, as short as a table wants it: `4s`, `2m 5s`, `3d 4h`.
    static func span(_ milliseconds: Int64) -> String {
        let rounded = milliseconds >= 1_000 ? milliseconds / 1_000 * 1_000 : max(0, milliseconds)
        return Duration.milliseconds(rounded).brief
    }

    /// A span with one decimal below ten seconds: how long something took.
    static func elapsed(_ milliseconds: Int64) -> String {
        milliseconds > 0 ? Duration.milliseconds(milliseconds).brief : "0ms"
    }

    /// How long ago a point in time was, both in milliseconds of Unix time.
    static func ago(_ time: Int64, now: Int64) -> String {
        now - time < 1_000 ? "just now" : span(now - time) + " ago"
    }

    /// A point in time in UTC, to the second, without the date when it is today's.
    static func clock(_ time: Int64, now: Int64) -> String {
        let stamp = RFC3339.format(time)
        let second = stamp.dropLast(5)
        let isToday = stamp.prefix(10) == RFC3339.format(now).prefix(10)
        return (isToday ? second.dropFirst(11) : second) + "Z"
    }
}
