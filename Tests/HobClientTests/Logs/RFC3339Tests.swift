import HobClient
import HobPolicy
import Testing

@Suite("Time stamps")
struct RFC3339Tests {
    @Test(
        "Known points in time are written and read",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_827_696_789, "2000-02-29T12:34:56.789Z"),
            (1_769_860_800_123, "2026-01-31T12:00:00.123Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func known(time: Int64, text: String) {
        #expect(RFC3339.format(time) == text)
        #expect(RFC3339.parse(text.utf8) == time)
    }

    @Test("What was written is read back, for ten thousand random times")
    func roundTrip() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SplitMix64(seed: seed)
        for _ in 0..<10_000 {
            let time = Int64.random(in: -62_135_596_800_000...253_402_300_799_999, using: &generator)
            let text = RFC3339.format(time)
            #expect(text.utf8.count == RFC3339.length, "seed \(seed)")
            #expect(RFC3339.parse(text.utf8) == time, "seed \(seed): \(text)")
        }
    }

    @Test(
        "Other forms of the standard are read",
        arguments: [
            ("2026-01-31", 1_769_817_600_000), ("2026-01-31T12:00:00Z", 1_769_860_800_000),
            ("2026-01-31 12:00:00Z", 1_769_860_800_000), ("2026-01-31T14:00:00+02:00", 1_769_860_800_000),
            ("2026-01-31T12:00:00.1234567Z", 1_769_860_800_123), ("2026-01-31T12:00:00.5Z", 1_769_860_800_500),
        ] as [(String, Int64)])
    func otherForms(text: String, time: Int64) {
        #expect(RFC3339.parse(text.utf8) == time)
    }

    @Test(
        "What is no time is refused",
        arguments: [
            "", "now", "2026-13-01", "2026-02-30", "2025-02-29", "2026-01-31T24:00:00Z", "2026-01-31T12:00:00",
            "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00Z ", "2026-1-31", "20260131", "2026-01-31T12:60:00Z",
        ])
    func refused(text: String) {
        #expect(RFC3339.parse(text.utf8) == nil)
    }

    @Test("A stamp ends with a blank or with the line")
    func stamps() {
        let line = Array("2026-01-31T12:00:00.123Z hello".utf8)
        #expect(RFC3339.stamp(of: line)?.length == 25)
        #expect(RFC3339.stamp(of: line)?.time == 1_769_860_800_123)
        #expect(RFC3339.stamp(of: Array("2026-01-31T12:00:00.123Z".utf8))?.length == 24)
        #expect(RFC3339.stamp(of: Array("2026-01-31T12:00:00.123Zhello".utf8)) == nil)
        #expect(RFC3339.stamp(of: Array("hello, this line has no stamp at all".utf8)) == nil)
    }
}
