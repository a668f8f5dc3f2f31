/// Reads a schedule's text.
struct ScheduleParser {
    private struct Word {
        var text: Substring
        var column: Int
    }

    private let words: [Word]
    private let text: Substring

    init(_ text: String) {
        self.text = text[...]
        var words: [Word] = []
        var column = 1
        for part in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == " " || $0 == "\t" }) {
            if !part.isEmpty { words.append(Word(text: part, column: column)) }
            column += part.count + 1
        }
        self.words = words
    }

    private static let shortcuts = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    func kind() throws(ScheduleError) -> Schedule.Kind {
        guard let first = words.first else {
            throw ScheduleError(.empty, column: 1, "a schedule is missing: write one such as '0 3 * * *' or 'every 5m'")
        }
        switch first.text.lowercased() {
        case "every": return .every(try duration("every", "every 5m"))
        case "in": return .after(try duration("in", "in 10s"))
        case "at": return .at(try localTime())
        case let name where name.hasPrefix("@"): return try shortcut(name, first.column)
        default: return .cron(try cron())
        }
    }

    private func shortcut(_ name: String, _ column: Int) throws(ScheduleError) -> Schedule.Kind {
        if name == "@reboot" {
            throw ScheduleError(
                .unknownForm, column: column,
                "column \(column): @reboot is no time: do that work before the loop over the schedule")
        }
        guard let meaning = Self.shortcuts[name] else {
            let names = Self.shortcuts.keys.sorted()
            let hint = Spelling.didYouMean(name, among: names).map { "; \($0)" } ?? ""
            throw ScheduleError(
                .unknownForm, column: column,
                "column \(column): \(name) is none of \(names.joined(separator: ", "))\(hint)")
        }
        guard words.count == 1 else {
            throw ScheduleError(
                .unknownForm, column: words[1].column,
                "column \(words[1].column): nothing may follow \(name), which says '\(meaning)'")
        }
        return try ScheduleParser(meaning).kind()
    }

    // MARK: Cron

    private func cron() throws(ScheduleError) -> CronExpression {
        guard words.count == CronField.allCases.count else { throw wrongCount() }
        var values: [CronValues] = []
        for (field, word) in zip(CronField.allCases, words) {
            values.append(try CronFieldParser(field, word.text, column: word.column).values())
        }
        let expression = CronExpression(
            minutes: values[0], hours: values[1], days: values[2], months: values[3], weekdays: values[4])
        guard expression.isPossible else {
            throw ScheduleError(
                .impossibleDate, column: words[2].column,
                "day of the month, column \(words[2].column): no month of '\(words[3].text)' has a day "
                    + "'\(words[2].text)': it would never run")
        }
        return expression
    }

    private func wrongCount() -> ScheduleError {
        let column = words.count > 5 ? words[5].column : text.count + 1
        let fields = words.count == 1 ? "1 field" : "\(words.count) fields"
        var message =
            "column \(column): \(fields), but a cron expression has 5: minute, hour, day of the month, month, "
        message += "day of the week, as in '0 3 * * *'"
        if words.count == 6 { message += "; for less than a minute write 'every 10s'" }
        if words.count < 5 { message += "; the other forms are 'every 5m', 'in 10s', 'at 2030-12-24 18:00', '@daily'" }
        return ScheduleError(.fieldCount, column: column, message)
    }

    // MARK: Other forms

    /// Milliseconds.
    private func duration(_ form: String, _ example: String) throws(ScheduleError) -> Int64 {
        let column = words.count > 1 ? words[1].column : text.count + 1
        let written = words.dropFirst().map(\.text).joined(separator: " ")
        guard let duration = Duration(parsing: written) else {
            throw ScheduleError(
                .badDuration, column: column,
                "column \(column): \(UnitError.explain(written, example: "5m")), as in '\(example)'")
        }
        let milliseconds = duration.wholeNanoseconds / 1_000_000
        guard milliseconds >= 1, milliseconds <= 100 * 366 * 86_400_000 else {
            throw ScheduleError(
                .badDuration, column: column,
                "column \(column): '\(form) \(written)' is out of range: write 1ms to 36600d")
        }
        return milliseconds
    }

    /// `at YYYY-MM-DD HH:MM[:SS]`, as seconds of local time.
    private func localTime() throws(ScheduleError) -> Int64 {
        let column = words.count > 1 ? words[1].column : text.count + 1
        let wrong = ScheduleError(
            .badTime, column: column,
            "column \(column): '\(words.dropFirst().map(\.text).joined(separator: " "))' is no date and time: write "
                + "them as in 'at 2030-12-24 18:00'")
        guard words.count == 3 else { throw wrong }
        let date = Self.numbers(words[1].text, separator: "-", digits: [4, 2, 2])
        var time = Self.numbers(words[2].text, separator: ":", digits: [2, 2, 2])
        if time.isEmpty { time = Self.numbers(words[2].text, separator: ":", digits: [2, 2]) + [0] }
        guard date.count == 3, time.count == 3, date[0] >= 1, (1...12).contains(date[1]),
            date[2] >= 1, date[2] <= CivilDate.length(ofMonth: date[1], in: Int64(date[0])),
            time[0] < 24, time[1] < 60, time[2] < 60
        else { throw wrong }
        let days = CivilDate(year: Int64(date[0]), month: date[1], day: date[2]).days
        return days * 86_400 + Int64(time[0] * 3_600 + time[1] * 60 + time[2])
    }

    /// Numbers of exactly so many digits; none at all when the text is something else.
    private static func numbers(_ text: Substring, separator: Character, digits: [Int]) -> [Int] {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.count == digits.count else { return [] }
        var numbers: [Int] = []
        for (part, count) in zip(parts, digits) {
            guard part.utf8.count == count, part.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(part)
            else { return [] }
            numbers.append(number)
        }
        return numbers
    }
}
