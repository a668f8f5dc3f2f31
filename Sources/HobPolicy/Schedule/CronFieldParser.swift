/// Reads one field of a cron expression: `*`, numbers, names, ranges, steps, and lists of them.
struct CronFieldParser {
    private let field: CronField
    private let text: Substring
    private let column: Int

    /// - Parameter column: Where the field begins.
    init(_ field: CronField, _ text: Substring, column: Int) {
        self.field = field
        self.text = text
        self.column = column
    }

    /// Its values.
    func values() throws(ScheduleError) -> CronValues {
        var values = CronValues(isWildcard: text.first == "*")
        var place = column
        for element in text.split(separator: ",", omittingEmptySubsequences: false) {
            try add(element, at: place, to: &values)
            place += element.count + 1
        }
        // Sunday has two numbers.
        if field == .weekday, values.contains(7) {
            values.bits &= 0x7f
            values.insert(0)
        }
        return values
    }

    /// `RANGE` or `RANGE/STEP`.
    private func add(_ element: Substring, at place: Int, to values: inout CronValues) throws(ScheduleError) {
        let parts = element.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, !first.isEmpty else {
            throw wrong("nothing stands here", at: place, "write \(field.domain), or * for all")
        }
        var step: Int?
        if parts.count == 2 {
            let stepPlace = place + first.count + 1
            guard let number = Self.number(parts[1]), number > 0 else {
                throw wrong(
                    "'\(parts[1])' is no step", at: stepPlace,
                    "write a number from 1, as in \(first)/5")
            }
            step = number
        }
        let range = try range(first, at: place, isStepped: step != nil)
        var value = range.lowerBound
        while value <= range.upperBound {
            values.insert(value)
            let (next, overflow) = value.addingReportingOverflow(step ?? 1)
            if overflow { return }
            value = next
        }
    }

    /// `*`, `A` or `A-B`; `A/STEP` goes on to the last value.
    private func range(_ text: Substring, at place: Int, isStepped: Bool) throws(ScheduleError) -> ClosedRange<Int> {
        let last = field == .weekday ? 6 : field.range.upperBound
        if text == "*" { return field.range.lowerBound...last }
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let lower = try value(ends[0], at: place)
        guard ends.count == 2 else { return lower...(isStepped ? max(lower, last) : lower) }
        let upperPlace = place + ends[0].count + 1
        var upper = try value(ends[1], at: upperPlace)
        // A week may end with its Sunday: fri-sun.
        if field == .weekday, upper == 0, lower > 0 { upper = 7 }
        guard lower <= upper else {
            throw wrong(
                "the range \(text) runs backwards", at: place,
                "write two ranges: \(ends[0])-\(last),\(field.range.lowerBound)-\(ends[1])")
        }
        return lower...upper
    }

    private func value(_ text: Substring, at place: Int) throws(ScheduleError) -> Int {
        if let number = Self.number(text) {
            guard field.range.contains(number) else {
                throw wrong("\(text) is out of range", at: place, "write \(field.domain)")
            }
            return number
        }
        let name = text.lowercased()
        if let index = field.names.firstIndex(of: name) { return index + (field == .month ? 1 : 0) }
        if text == "?" { throw wrong("'?' is not known here", at: place, "write * for any") }
        let hint = Spelling.didYouMean(name, among: field.names).map { " (\($0))" } ?? ""
        throw wrong("'\(text)' is not known here\(hint)", at: place, "write \(field.domain)")
    }

    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 9, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }

    private func wrong(_ what: String, at place: Int, _ remedy: String) -> ScheduleError {
        ScheduleError(.badField, column: place, "\(field.name), column \(place): \(what): \(remedy)")
    }
}
