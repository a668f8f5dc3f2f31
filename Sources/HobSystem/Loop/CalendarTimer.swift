import CHobSystem
import Glibc

/// A timer of the clock on the wall, which also says when somebody sets that clock (timerfd).
package final class CalendarTimer: Sendable {
    /// Why the timer is readable.
    package enum Event: Sendable, Hashable {
        /// Its time has come.
        case due
        /// The clock was set; the timer must be set anew.
        case clockSet
    }

    private let descriptor: Descriptor

    /// A timer that is not set.
    package init() throws(SystemError) {
        descriptor = try Descriptor.made("a calendar timer", invoke(.timer) { hob_calendar_timer() })
    }

    /// The descriptor's number, readable when there is an event.
    package var raw: Int32 { descriptor.raw }

    /// Sets it to a time in milliseconds of Unix time, 1 or later; nil stops it.
    ///
    /// - Returns: Whether the clock was set since the last event; the timer is set all the same.
    package func set(_ time: Int64?) throws(SystemError) -> Bool {
        let result = invoke(.timer) { hob_calendar_timer_set(descriptor.raw, time.map { max(1, $0) } ?? 0) }
        guard result >= 0 || result == -ECANCELED else {
            throw .transfer("set a calendar timer", descriptor.raw, -result)
        }
        return result == -ECANCELED
    }

    /// What has happened since the last call; nil when nothing has.
    package func next() throws(SystemError) -> Event? {
        var count: UInt64 = 0
        let result = invoke(.read) { read(descriptor.raw, &count, 8) }
        if result == -Int(ECANCELED) { return .clockSet }
        guard result >= 0 || result == -Int(EAGAIN) else {
            throw .transfer("read a calendar timer", descriptor.raw, Int32(-result))
        }
        return result == 8 ? .due : nil
    }
}
