import HobPolicy
import HobTestKit
import Testing

/// Durations and sizes as people write them.
@Suite struct UnitTests {
    @Test(arguments: [
        ("250ms", Duration.milliseconds(250)), ("10s", .seconds(10)), ("1m30s", .seconds(90)), ("2h", .seconds(7_200)),
        ("1d", .seconds(86_400)), ("1.5s", .milliseconds(1_500)), ("1h 5m", .seconds(3_900)), ("7us", .microseconds(7)),
        ("7µs", .microseconds(7)), ("9ns", .nanoseconds(9)), ("0s", .zero), (" 3s ", .seconds(3)),
        ("2min", .seconds(120)),
        (".5s", .milliseconds(500)), ("106000d", .seconds(106_000 * 86_400)),
    ])
    func `a duration carries its unit`(text: String, duration: Duration) {
        #expect(Duration(parsing: text) == duration)
    }

    @Test(arguments: [
        "", " ", "10", "s", "10x", "-5s", "+5s", "1e3s", "10 s", "1.2.3s", "ten s", "10S", "10ms5", "٣s", "inf", "nan",
        "infs", "999999999999999999999d", "1s,2s", "0x10s",
    ])
    func `what is no duration is refused`(text: String) {
        #expect(Duration(parsing: text) == nil)
    }

    @Test(arguments: [
        (Duration.zero, "0s"), (.nanoseconds(999), "999ns"), (.microseconds(1), "1us"), (.milliseconds(100), "100ms"),
        (.milliseconds(1_500), "1.5s"), (.seconds(59), "59s"), (.seconds(60), "1m"), (.seconds(90), "1m 30s"),
        (.seconds(3_600), "1h"), (.seconds(3_900), "1h 5m"), (.seconds(86_400), "1d"), (.seconds(100_000), "1d 3h"),
        (.seconds(-5), "-5s"), (.nanoseconds(Int64.min), "-106751d 23h"), (.seconds(Int64.max), "106751d 23h"),
    ])
    func `a duration is written briefly`(duration: Duration, text: String) {
        #expect(duration.brief == text)
    }

    @Test func `what is written briefly reads as nearly the same`() {
        let seed = TestEnvironment.seed()
        var generator = SplitMix64(seed: seed)
        var faults: [String] = []
        for _ in 0..<20_000 {
            let nanoseconds = Int64(truncatingIfNeeded: generator.next() >> (2 + generator.next() % 60))
            let brief = Duration.nanoseconds(nanoseconds).brief
            guard let read = Duration(parsing: brief)?.wholeNanoseconds, abs(read - nanoseconds) <= nanoseconds / 10
            else {
                faults.append("\(brief) is not \(nanoseconds)")
                continue
            }
        }
        #expect(faults == [], "HOB_SEED=\(seed)")
    }

    @Test(arguments: [
        ("512B", Int64(512)), ("10MB", 10_000_000), ("10kB", 10_000), ("10KB", 10_000), ("64KiB", 65_536),
        ("1.5GB", 1_500_000_000), ("2TiB", 2_199_023_255_552), ("1GiB 512MiB", 1_610_612_736), ("3M", 3_000_000),
    ])
    func `a size carries its unit`(text: String, bytes: Int64) {
        #expect(ByteSize(parsing: text)?.bytes == bytes)
    }

    @Test(arguments: ["", "10", "10mb", "MB", "-1MB", "9999999TB", "1 0MB", "10Mb", "10s"])
    func `what is no size is refused`(text: String) {
        #expect(ByteSize(parsing: text) == nil)
    }

    @Test(arguments: [
        (Int64(0), "0B"), (999, "999B"), (1_000, "1kB"), (1_500, "1.5kB"), (10_000_000, "10MB"),
        (3_200_000_000, "3.2GB"),
    ])
    func `a size is written briefly`(bytes: Int64, text: String) {
        #expect(ByteSize(bytes: bytes).brief == text)
    }

    @Test func `bad input: the message says what would be right`() {
        #expect(UnitError.explain("10", example: "30s") == "'10' has no unit: write '10s' or another unit")
        #expect(UnitError.explain("1.5", example: "10MB") == "'1.5' has no unit: write '1.5MB' or another unit")
        for text in ["inf", "nan", "0x10", "1e3", "ten", ""] {
            #expect(UnitError.explain(text, example: "10s").contains("such as '10s'"), "\(text)")
        }
    }

    @Test func `an instant saturates instead of overflowing`() {
        let late = MonotonicInstant(nanoseconds: .max - 5)
        #expect(late + .seconds(1) == MonotonicInstant(nanoseconds: .max))
        #expect(MonotonicInstant.zero + .seconds(Int64.max) == MonotonicInstant(nanoseconds: .max))
        #expect((MonotonicInstant.zero + .seconds(3)) - .zero == .seconds(3))
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeNanoseconds == .min)
    }
}
