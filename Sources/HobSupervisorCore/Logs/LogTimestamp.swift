/// The stamp before a log line, `2026-01-31T12:00:00.123Z `: RFC 3339, UTC, milliseconds, one blank.
///
/// It is made without the C library's calendar, and the part up to the second is made once a second: a busy log asks
/// for a stamp with every read.
package struct LogTimestamp: Sendable {
    /// How many bytes every stamp has, its blank included.
    package static let length = 25

    private var second = Int64.min
    /// The 25 bytes as four words, so that a stamp lives in registers and needs no allocation.
    private var words = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))

    /// Makes a stamp that still has to be set.
    package init() {}

    /// Sets the stamp to a wall-clock time in milliseconds since 1970; years 0 to 9999 are written, others clamped.
    package mutating func set(milliseconds: Int64) {
        let clamped = min(max(milliseconds, Self.earliest), Self.latest)
        let newSecond = Self.floorDivide(clamped, 1000)
        let fraction = Int(clamped - newSecond * 1000)
        withUnsafeMutableBytes(of: &words) { bytes in
            if newSecond != second { Self.writeSecond(newSecond, to: bytes) }
            Self.writeDigits(fraction, count: 3, to: bytes, at: 20)
        }
        second = newSecond
    }

    /// Copies the stamp's bytes to `target`, which has room for ``length`` bytes.
    @inline(__always)
    package func copy(to target: UnsafeMutableRawPointer) {
        target.storeBytes(of: words.0, as: UInt64.self)
        target.storeBytes(of: words.1, toByteOffset: 8, as: UInt64.self)
        target.storeBytes(of: words.2, toByteOffset: 16, as: UInt64.self)
        target.storeBytes(
            of: UInt8(truncatingIfNeeded: UInt64(littleEndian: words.3)), toByteOffset: 24, as: UInt8.self)
    }

    /// The stamp as text, blank included.
    package var text: String {
        withUnsafeBytes(of: words) { String(decoding: $0.prefix(Self.length), as: UTF8.self) }
    }

    private static let earliest: Int64 = -62_167_219_200_000
    private static let latest: Int64 = 253_402_300_799_999

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    private static func writeSecond(_ second: Int64, to bytes: UnsafeMutableRawBufferPointer) {
        let days = floorDivide(second, 86_400)
        let rest = Int(second - days * 86_400)
        let date = civilDate(days: days)
        writeDigits(date.year, count: 4, to: bytes, at: 0)
        bytes[4] = UInt8(ascii: "-")
        writeDigits(date.month, count: 2, to: bytes, at: 5)
        bytes[7] = UInt8(ascii: "-")
        writeDigits(date.day, count: 2, to: bytes, at: 8)
        bytes[10] = UInt8(ascii: "T")
        writeDigits(rest / 3600, count: 2, to: bytes, at: 11)
        bytes[13] = UInt8(ascii: ":")
        writeDigits(rest / 60 % 60, count: 2, to: bytes, at: 14)
        bytes[16] = UInt8(ascii: ":")
        writeDigits(rest % 60, count: 2, to: bytes, at: 17)
        bytes[19] = UInt8(ascii: ".")
        bytes[23] = UInt8(ascii: "Z")
        bytes[24] = UInt8(ascii: " ")
    }

    private static func writeDigits(_ value: Int, count: Int, to bytes: UnsafeMutableRawBufferPointer, at start: Int) {
        var rest = value
        for position in stride(from: start + count - 1, through: start, by: -1) {
            bytes[position] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }

    /// The Gregorian date of a day counted from 1970-01-01.
    ///
    /// The year begins on 1 March here, so that the leap day is the last of its year; 400 years have 146,097 days.
    private static func civilDate(days: Int64) -> (year: Int, month: Int, day: Int) {
        let sinceMarchOfYear0 = days + 719_468
        let era = floorDivide(sinceMarchOfYear0, 146_097)
        let dayOfEra = Int(sinceMarchOfYear0 - era * 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + Int(era) * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
