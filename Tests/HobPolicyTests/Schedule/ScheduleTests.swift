import HobPolicy
import Testing

@Suite struct ScheduleTests {
    private let start = UnixTime(seconds: 1_767_225_600)  // 2026-01-01 00:00 UTC, a Thursday

    private func runs(_ text: String, _ count: Int = 3, in zone: ZoneRules = .utc) throws -> [Int64] {
        let schedule = try Schedule(text)
        var runs: [Int64] = []
        var time = start
        while runs.count < count, let next = schedule.next(after: time, since: start, in: zone) {
            runs.append((next.milliseconds - start.milliseconds) / 1_000)
            time = next
        }
        return runs
    }

    @Test func `row 79: every, in and at`() throws {
        #expect(try runs("every 5m") == [300, 600, 900])
        #expect(try runs("every 1h 30m") == [5_400, 10_800, 16_200])
        #expect(try runs("in 10s") == [10])
        #expect(try runs("at 2026-01-01 18:00") == [64_800])
        #expect(try runs("at 2026-01-02 00:00:01") == [86_401])
        #expect(try runs("at 2025-12-31 18:00") == [])
        #expect(try runs("at 2026-01-01 18:00", in: ZoneRules(secondsEastOfUTC: 19_800)) == [45_000])
    }

    @Test func `every stays on its grid whatever it is asked`() throws {
        let schedule = try Schedule("every 250ms")
        let odd = start + .milliseconds(1_133)
        #expect(schedule.next(after: odd, since: start, in: .utc) == start + .milliseconds(1_250))
        #expect(schedule.next(after: start + .seconds(-60), since: start, in: .utc) == start + .milliseconds(250))
    }

    @Test func `29 February waits for a leap year, and a century that is none is passed over`() throws {
        let schedule = try Schedule("0 0 29 2 *")
        let leap = UnixTime(seconds: 3_981_830_400)  // 2096-03-06
        #expect(schedule.next(after: leap, since: leap, in: .utc) == UnixTime(seconds: 4_233_686_400))  // 2104-02-29
    }

    @Test(arguments: [
        ("", 1, "missing"), ("  ", 1, "missing"),
        ("60 * * * *", 1, "minute, column 1: 60 is out of range: write 0 to 59"),
        ("* 24 * * *", 3, "write 0 to 23"), ("* * 0 * *", 5, "write 1 to 31"),
        ("* * * 13 *", 7, "1 to 12 or jan to dec"),
        ("* * * * 8", 9, "sun to sat"), ("*  *  * * mno", 11, "did you mean 'mon'?"),
        ("*/0 * * * *", 3, "number from 1"),
        ("5-1 * * * *", 1, "5-59,0-1"), ("1,,2 * * * *", 3, "nothing stands here"), ("* * * *", 8, "4 fields"),
        ("0 0 3 * * *", 11, "every 10s"), ("-1 * * * *", 1, "is not known here"), ("* * L * *", 5, "'L' is not known"),
        ("? * * * *", 1, "write * for any"), ("0 0 30 2 *", 5, "it would never run"),
        ("0 0 31 2,4,6 *", 5, "never run"),
        ("0 0 31 feb */2", 5, "never run"), ("@dayly", 1, "did you mean '@daily'?"), ("@reboot", 1, "no time"),
        ("@daily 5", 8, "nothing may follow"), ("every", 6, "every 5m"), ("every 5", 7, "no unit"),
        ("every 0s", 7, "out of range"), ("in -5s", 4, "not understood"), ("every 40000d", 7, "out of range"),
        ("at noon", 4, "no date and time"), ("at 2026-02-30 10:00", 4, "no date and time"),
        ("at 2026-02-03 24:00", 4, "no date and time"), ("1-2-3 * * * *", 3, "'2-3' is not known"),
        ("99999999999999999999 * * * *", 1, "not known"), ("1/99999999999 * * * *", 3, "no step"),
    ]) func `row 79: a mistake is told with its column and what would be right`(
        text: String, column: Int, words: String
    ) {
        let error = #expect(throws: ScheduleError.self) { try Schedule(text) }
        #expect(error?.column == column)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test func `an impossible date is possible when a weekday may match instead`() throws {
        #expect(try runs("0 0 30 2 mon", 1) == [2_764_800])
    }

    @Test func `times beyond all years have no run, and none traps`() throws {
        for text in ["* * * * *", "every 36600d", "in 1ms", "at 9999-12-31 23:59", "0 0 29 2 *"] {
            let schedule = try Schedule(text)
            for time in [Int64.min, -1 << 60, 0, 1 << 60, .max] {
                let moment = UnixTime(milliseconds: time)
                for beginning in [moment, start, UnixTime(milliseconds: .min), UnixTime(milliseconds: .max)] {
                    if let next = schedule.next(after: moment, since: beginning, in: .utc) { #expect(next > moment) }
                }
            }
        }
    }
}
