/// How a zone changes every year, as the last line of a zone file tells it in the manner of POSIX's TZ.
struct YearlyRule: Hashable, Sendable {
    /// A day of any year.
    enum Day: Hashable, Sendable {
        /// 1 to 365; the leap day is never counted.
        case withoutLeapDay(Int)
        /// 0 to 365; the leap day is counted.
        case ofYear(Int)
        /// The so-many-th weekday of a month, 5 being the last.
        case weekday(Int, week: Int, month: Int)
    }

    /// A moment of any year: a day, and the seconds from its local midnight on, which may lie days away.
    struct Change: Hashable, Sendable {
        var day: Day
        var seconds: Int64
    }

    /// Summer time: its offset, and when it begins and ends.
    struct Summer: Hashable, Sendable {
        var offset: Int64
        var begin: Change
        var end: Change
    }

    var standardOffset: Int64
    var summer: Summer?

    /// The changes of some years, in order.
    func changes(in years: ClosedRange<Int64>) -> [ZoneRules.Transition] {
        guard let summer else { return [] }
        var changes: [ZoneRules.Transition] = []
        for year in years {
            let begin = Self.local(summer.begin, year) - standardOffset
            let end = Self.local(summer.end, year) - summer.offset
            changes.append(ZoneRules.Transition(second: end, offset: standardOffset))
            changes.append(ZoneRules.Transition(second: begin, offset: summer.offset))
        }
        // Summer time that lasts all year ends at the very second it begins again: the beginning counts.
        return changes.enumerated()
            .sorted {
                ($0.element.second, $0.element.offset == summer.offset ? 1 : 0, $0.offset)
                    < ($1.element.second, $1.element.offset == summer.offset ? 1 : 0, $1.offset)
            }
            .map(\.element)
    }

    private static func local(_ change: Change, _ year: Int64) -> Int64 {
        day(change.day, year) * 86_400 + change.seconds
    }

    private static func day(_ day: Day, _ year: Int64) -> Int64 {
        let newYear = CivilDate(year: year, month: 1, day: 1).days
        switch day {
        case .withoutLeapDay(let number):
            return newYear + Int64(number) - 1 + (CivilDate.isLeap(year) && number >= 60 ? 1 : 0)
        case .ofYear(let number): return newYear + Int64(number)
        case .weekday(let weekday, let week, let month):
            let first = CivilDate(year: year, month: month, day: 1).days
            let distance = (weekday - CivilDate.weekday(ofDays: first) + 7) % 7
            var dayOfMonth = distance + 7 * (week - 1)
            if dayOfMonth >= CivilDate.length(ofMonth: month, in: year) { dayOfMonth -= 7 }
            return first + Int64(dayOfMonth)
        }
    }
}
