import Glibc
import HobPolicy
import HobSupervisorCore
import Testing

@Suite(.blocking) struct LogTimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z "),
            (1_769_860_800_123, "2026-01-31T12:00:00.123Z "),
            (951_782_399_999, "2000-02-28T23:59:59.999Z "),
            (951_868_799_000, "2000-02-29T23:59:59.000Z "),
            (4_107_542_400_001, "2100-03-01T00:00:00.001Z "),
            (-1, "1969-12-31T23:59:59.999Z "),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z "),
            (Int64.max, "9999-12-31T23:59:59.999Z "),
            (Int64.min, "0000-01-01T00:00:00.000Z "),
        ] as [(Int64, String)])
    func `known times have their stamps`(milliseconds: Int64, expected: String) {
        var stamp = LogTimestamp()
        stamp.set(milliseconds: milliseconds)
        #expect(stamp.text == expected)
    }

    @Test func `every time agrees with the C library's calendar`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(seed: seed)
        var stamp = LogTimestamp()
        for _ in 0..<20_000 {
            let milliseconds = Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &random)
            stamp.set(milliseconds: milliseconds)
            guard stamp.text == calendarStamp(milliseconds) else {
                Issue.record("\(milliseconds): \(stamp.text), seed \(seed)")
                return
            }
        }
    }

    @Test func `a stamp within the same second changes its milliseconds only`() {
        var stamp = LogTimestamp()
        stamp.set(milliseconds: 1_000_001)
        stamp.set(milliseconds: 1_000_999)
        #expect(stamp.text == calendarStamp(1_000_999))
        stamp.set(milliseconds: 999_999)
        #expect(stamp.text == calendarStamp(999_999))
    }

    @Test func `the copied bytes are the text`() {
        var stamp = LogTimestamp()
        stamp.set(milliseconds: 1_769_860_800_123)
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: LogTimestamp.length + 1, alignment: 1)
        defer { bytes.deallocate() }
        bytes.initializeMemory(as: UInt8.self, repeating: 0x2a)
        guard let base = bytes.baseAddress else { return }
        stamp.copy(to: base)
        #expect(String(decoding: bytes, as: UTF8.self) == stamp.text + "*")
    }

    private func calendarStamp(_ milliseconds: Int64) -> String {
        var second = Int(milliseconds / 1000)
        var fraction = milliseconds % 1000
        if fraction < 0 {
            fraction += 1000
            second -= 1
        }
        var parts = tm()
        gmtime_r(&second, &parts)
        func digits(_ value: Int, _ count: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: count - text.count) + text
        }
        return digits(Int(parts.tm_year) + 1900, 4) + "-" + digits(Int(parts.tm_mon) + 1, 2) + "-"
            + digits(Int(parts.tm_mday), 2) + "T" + digits(Int(parts.tm_hour), 2) + ":" + digits(Int(parts.tm_min), 2)
            + ":" + digits(Int(parts.tm_sec), 2) + "." + digits(Int(fraction), 3) + "Z "
    }
}
