/// The five fields of a cron expression, and the local minutes that match them.
struct CronExpression: Hashable, Sendable {
    var minutes: CronValues
    var hours: CronValues
    var days: CronValues
    var months: CronValues
    var weekdays: CronValues

    /// Whether it follows the clock as it goes: its hour field begins with a star.
    var isWildcard: Bool { hours.isWildcard }

    /// The first matching minute that is not before `start` and before `limit`; both in seconds of local time.
    func first(from start: Int64, before limit: Int64) -> Int64? {
        let minute = start.dividedUp(by: 60)
        var day = minute.dividedDown(by: 1_440)
        var minuteOfDay = Int(minute - day * 1_440)
        while day * 86_400 < limit {
            let date = CivilDate(days: day)
            guard months.contains(date.month) else {
                day += Int64(CivilDate.length(ofMonth: date.month, in: date.year) - date.day + 1)
                minuteOfDay = 0
                continue
            }
            if matches(date, days: day), let found = firstMinute(from: minuteOfDay) {
                let second = day * 86_400 + Int64(found) * 60
                return second < limit ? second : nil
            }
            day += 1
            minuteOfDay = 0
        }
        return nil
    }

    /// Both fields of the day must match, or one of them when neither begins with a star.
    private func matches(_ date: CivilDate, days count: Int64) -> Bool {
        let isDay = days.contains(date.day)
        let isWeekday = weekdays.contains(CivilDate.weekday(ofDays: count))
        return days.isWildcard || weekdays.isWildcard ? isDay && isWeekday : isDay || isWeekday
    }

    /// The first matching minute of a day that is not before this one.
    private func firstMinute(from minuteOfDay: Int) -> Int? {
        let hour = minuteOfDay / 60
        if hours.contains(hour), let minute = minutes.first(from: minuteOfDay % 60) { return hour * 60 + minute }
        guard let later = hours.first(from: hour + 1), let minute = minutes.first(from: 0) else { return nil }
        return later * 60 + minute
    }

    /// Whether some month it names has a day it names; every weekday falls on every date some year.
    var isPossible: Bool {
        if !days.isWildcard, !weekdays.isWildcard { return true }
        return (1...12).contains { month in
            guard months.contains(month), let first = days.first(from: 1) else { return false }
            return first <= CivilDate.length(ofMonth: month, in: 2_000)
        }
    }
}
