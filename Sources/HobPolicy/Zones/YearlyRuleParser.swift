/// Reads a rule such as `CET-1CEST,M3.5.0,M10.5.0/3`; every way out of a text that is none is nil.
struct YearlyRuleParser {
    private var rest: ArraySlice<UInt8>

    /// The rule of a text; nil when it is none.
    static func rule(_ text: ArraySlice<UInt8>) -> YearlyRule? {
        var parser = YearlyRuleParser(rest: text)
        return parser.rule()
    }

    private mutating func rule() -> YearlyRule? {
        // POSIX counts west of Greenwich, we count east.
        guard name(), let standard = offset(hours: 0...24) else { return nil }
        if rest.isEmpty { return YearlyRule(standardOffset: -standard, summer: nil) }
        guard name() else { return nil }
        var summerOffset = -standard + 3_600
        if rest.first != UInt8(ascii: ",") {
            guard let written = offset(hours: 0...24) else { return nil }
            summerOffset = -written
        }
        guard take(","), let begin = change(), take(","), let end = change(), rest.isEmpty else { return nil }
        return YearlyRule(
            standardOffset: -standard,
            summer: YearlyRule.Summer(offset: summerOffset, begin: begin, end: end))
    }

    /// Three letters or more, or anything between angle brackets.
    private mutating func name() -> Bool {
        if take("<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[(end + 1)...]
            return true
        }
        let letters = rest.prefix { (65...90).contains($0 & 0xdf) }
        rest = rest.dropFirst(letters.count)
        return letters.count >= 3
    }

    private mutating func change() -> YearlyRule.Change? {
        guard let day = day() else { return nil }
        guard take("/") else { return YearlyRule.Change(day: day, seconds: 7_200) }
        guard let seconds = offset(hours: 0...167) else { return nil }
        return YearlyRule.Change(day: day, seconds: seconds)
    }

    private mutating func day() -> YearlyRule.Day? {
        if take("M") {
            guard let month = number(1...12), take("."), let week = number(1...5), take("."),
                let weekday = number(0...6)
            else { return nil }
            return .weekday(weekday, week: week, month: month)
        }
        if take("J") { return number(1...365).map { .withoutLeapDay($0) } }
        return number(0...365).map { .ofYear($0) }
    }

    /// `[+-]H[:MM[:SS]]` as seconds.
    private mutating func offset(hours: ClosedRange<Int>) -> Int64? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard let hour = number(hours) else { return nil }
        var seconds = hour * 3_600
        if take(":") {
            guard let minute = number(0...59) else { return nil }
            seconds += minute * 60
            if take(":") {
                guard let second = number(0...59) else { return nil }
                seconds += second
            }
        }
        return Int64(isNegative ? -seconds : seconds)
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int? {
        let digits = rest.prefix(3).prefix { (48...57).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        let value = digits.reduce(0) { $0 * 10 + Int($1) - 48 }
        return range.contains(value) ? value : nil
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }
}
