/// Points in time as they stand before log lines: `2026-01-31T12:00:00.123Z`, milliseconds of Unix time in UTC.
package enum RFC3339 {
    /// The length of the form that hob writes.
    package static let length = 24

    /// Writes a time with milliseconds.
    package static func format(_ milliseconds: Int64) -> String {
        let (days, rest) = divide(milliseconds, by: 86_400_000)
        let (year, month, day) = civil(fromDays: days)
        let second = rest / 1_000
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T\(pad(second / 3_600, 2)):"
            + "\(pad(second / 60 % 60, 2)):\(pad(second % 60, 2)).\(pad(rest % 1_000, 3))Z"
    }

    /// Reads the stamp that a log line begins with.
    ///
    /// - Returns: the time and the number of bytes up to the line's own text, the blank included; nil without a stamp.
    package static func stamp(of line: some RandomAccessCollection<UInt8>) -> (time: Int64, length: Int)? {
        guard line.count >= length else { return nil }
        let head = line.prefix(length)
        guard let time = parse(head) else { return nil }
        guard line.count > length else { return (time, length) }
        guard line[line.index(line.startIndex, offsetBy: length)] == UInt8(ascii: " ") else { return nil }
        return (time, length + 1)
    }

    /// Reads a whole date and time: seconds may carry a fraction, the zone is `Z` or an offset such as `+02:00`; a
    /// date alone means its midnight in UTC.
    package static func parse(_ text: some Collection<UInt8>) -> Int64? {
        var reader = DigitReader(text)
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), (1...12).contains(month), (1...lastDay(of: month, in: year)).contains(day)
        else { return nil }
        let midnight = days(fromCivil: year, month, day) * 86_400_000
        if reader.isAtEnd { return midnight }
        guard reader.take("T") || reader.take(" "), let hour = reader.number(2), reader.take(":"),
            let minute = reader.number(2), reader.take(":"), let second = reader.number(2),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var milliseconds: Int64 = 0
        if reader.take(".") {
            guard let fraction = reader.fraction() else { return nil }
            milliseconds = fraction
        }
        guard let offset = zone(&reader), reader.isAtEnd else { return nil }
        return midnight + (hour * 3_600 + minute * 60 + second - offset) * 1_000 + milliseconds
    }

    private static func zone<Bytes>(_ reader: inout DigitReader<Bytes>) -> Int64? {
        if reader.take("Z") { return 0 }
        let sign: Int64 = reader.take("+") ? 1 : -1
        guard sign == 1 || reader.take("-"), let hours = reader.number(2), reader.take(":"),
            let minutes = reader.number(2), hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 3_600 + minutes * 60)
    }

    private static func lastDay(of month: Int64, in year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func divide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    // The Gregorian calendar repeats every 400 years (146,097 days); counting from 1 March puts the leap day last.
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = divide(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private static func days(fromCivil year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let (era, yearOfEra) = divide(month <= 2 ? year - 1 : year, by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func pad(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

/// Takes digits and marks off the front of a text.
private struct DigitReader<Bytes: Collection<UInt8>> {
    private var rest: Bytes.SubSequence

    init(_ bytes: Bytes) {
        rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func number(_ digits: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// Milliseconds of a decimal fraction; finer digits are dropped.
    mutating func fraction() -> Int64? {
        guard var value = digit() else { return nil }
        var count = 1
        while let digit = digit() {
            if count < 3 { value = value * 10 + digit }
            count += 1
        }
        for _ in 0..<max(0, 3 - count) { value *= 10 }
        return value
    }

    private mutating func digit() -> Int64? {
        guard let byte = rest.first, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        rest = rest.dropFirst()
        return Int64(byte - UInt8(ascii: "0"))
    }
}
