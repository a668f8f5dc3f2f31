import Glibc

/// Times as they stand in logs.
enum LogStamp {
    /// `2026-11-21T07:23:49.123Z`
    static func rfc3339(_ milliseconds: Int64) -> String {
        let (date, rest) = split(milliseconds) { gmtime_r(&$0, &$1) }
        return "\(pad(date.tm_year + 1900, 4))-\(pad(date.tm_mon + 1))-\(pad(date.tm_mday))"
            + "T\(clock(date)).\(pad(Int32(rest), 3))Z"
    }

    /// `Nov 21 07:23:49`, in the machine's own zone, as old syslog has it.
    static func rfc3164(_ milliseconds: Int64) -> String {
        let (date, _) = split(milliseconds) { localtime_r(&$0, &$1) }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let month = months[min(max(0, Int(date.tm_mon)), 11)]
        return "\(month) \(date.tm_mday < 10 ? " " : "")\(date.tm_mday) \(clock(date))"
    }

    private static func split(
        _ milliseconds: Int64, by break: (inout time_t, inout tm) -> UnsafeMutablePointer<tm>?
    ) -> (date: tm, rest: Int64) {
        let rest = ((milliseconds % 1_000) + 1_000) % 1_000
        var seconds = time_t((milliseconds - rest) / 1_000)
        var date = tm()
        // Only a year beyond 2^31 is refused; it stays 1900 then.
        _ = `break`(&seconds, &date)
        return (date, rest)
    }

    private static func clock(_ date: tm) -> String { "\(pad(date.tm_hour)):\(pad(date.tm_min)):\(pad(date.tm_sec))" }

    private static func pad(_ number: Int32, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
