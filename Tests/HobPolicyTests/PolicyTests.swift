import HobPolicy
import HobTestKit
import Testing

/// Delays, limits, ends, signals, spelling.
@Suite struct PolicyTests {
    @Test func `row 92: a back-off begins at once, doubles and stops at its cap`() {
        let backoff = Backoff()
        let delays = (0...13).map { backoff.plainDelay(afterFailures: $0) }
        #expect(delays[0...1] == [.zero, .zero])
        #expect(delays[2...10].elementsEqual((0..<9).map { Duration.milliseconds(100 << $0) }))
        #expect(delays[11...].allSatisfy { $0 == .seconds(30) })
        #expect(backoff.plainDelay(afterFailures: .max) == .seconds(30))
        #expect(backoff.plainDelay(afterFailures: .min) == .zero)
    }

    @Test(arguments: [
        Backoff(maximum: .seconds(9_200_000_000)), Backoff(maximum: .seconds(Int64.max), factor: 1e300),
        Backoff(initial: .seconds(Int64.max), maximum: .seconds(Int64.max), jitter: 1), Backoff(factor: .nan),
        Backoff(initial: .zero, factor: .infinity), Backoff(factor: 0), Backoff(factor: -3), Backoff(jitter: .infinity),
        Backoff(jitter: .nan), Backoff(initial: .seconds(60), maximum: .seconds(30)),
    ])
    func `no back-off traps, however odd`(backoff: Backoff) {
        var generator = SplitMix64(seed: 1)
        for failures in [0, 1, 2, 3, 10, 79, 80, 81, 1_000_000, .max] {
            #expect(backoff.delay(afterFailures: failures, using: &generator) >= .zero)
        }
    }

    @Test func `the window slides`() {
        let limit = RateLimit(count: 3, window: .seconds(10))
        var window = SlidingWindow()
        func at(_ second: Int64) -> MonotonicInstant { .zero + .seconds(second) }
        // What happened exactly a window ago is out of it.
        let admitted = [0, 4, 9, 9, 10, 13, 14].map { window.admit(at: at($0), under: limit) }
        #expect(admitted == [true, true, true, false, true, false, true])
        #expect(window.count(at: at(14), under: limit) == 3)
        window.clear()
        #expect(window.count(at: at(14), under: limit) == 0)
        let none = window.admit(at: at(0), under: RateLimit(count: 0, window: .seconds(1)))
        #expect(!none)
    }

    @Test func `row 90: a window never holds more than its limit, whatever comes when`() {
        let seed = TestEnvironment.seed()
        var generator = SplitMix64(seed: seed)
        for count in 1...6 {
            let limit = RateLimit(count: count, window: .seconds(10))
            var window = SlidingWindow()
            var admitted: [MonotonicInstant] = []
            var now = MonotonicInstant.zero
            var faults = 0
            for _ in 0..<5_000 {
                now = now + .milliseconds(Int64(generator.next() % 4_000))
                let lately = admitted.suffix(count + 1).count { now - $0 < limit.window }
                let isAdmitted = window.admit(at: now, under: limit)
                if isAdmitted != (lately < count) || window.instants.count > count { faults += 1 }
                if isAdmitted { admitted.append(now) }
            }
            #expect(faults == 0, "HOB_SEED=\(seed)")
        }
    }

    @Test(arguments: [
        (ExitOutcome.exited(0), "exited with status 0", Int32(0)), (.exited(1), "exited with status 1", 1),
        (.signaled(24, coreDumped: false), "terminated with signal SIGXCPU", 152),
        (.signaled(11, coreDumped: true), "terminated with signal SIGSEGV (core dumped)", 139),
    ])
    func `row 9: an end is named`(outcome: ExitOutcome, text: String, status: Int32) {
        #expect(outcome.description == text)
        #expect(outcome.shellStatus == status)
        #expect(outcome.isSuccess == (outcome == .exited(0)))
    }

    @Test func `an unknown end is no success and has no status`() {
        #expect(!ExitOutcome.unknown.isSuccess && ExitOutcome.unknown.shellStatus == nil)
    }

    @Test(arguments: [
        (RestartPolicy.Condition.always, ExitOutcome.exited(0), true), (.always, .exited(5), false),
        (.failure, .exited(0), false), (.failure, .exited(5), false), (.failure, .exited(1), true),
        (.failure, .unknown, true), (.never, .exited(1), false), (.always, .signaled(10, coreDumped: false), false),
        (.failure, .signaled(9, coreDumped: false), true),
    ])
    func `row 93: which ends lead to a restart`(
        condition: RestartPolicy.Condition, outcome: ExitOutcome, restarts: Bool
    ) {
        let policy = RestartPolicy(condition: condition, normalStatuses: [5], normalSignals: [10])
        #expect(policy.restarts(after: outcome) == restarts)
    }

    @Test func `every signal has a name that leads back to it`() {
        for number in 1...31 as ClosedRange<Int32> {
            let name = SignalNames.name(of: number)
            #expect(name.hasPrefix("SIG") && SignalNames.number(of: name) == number)
            #expect(SignalNames.number(of: name.lowercased()) == number)
            #expect(SignalNames.number(of: name.dropFirst(3)) == number)
            #expect(SignalNames.number(of: "\(number)") == number)
        }
        for number in 34...64 as ClosedRange<Int32> {
            #expect(SignalNames.number(of: SignalNames.name(of: number)) == number)
        }
        let known: [(String, Int32)] = [
            ("HUP", 1), ("INT", 2), ("KILL", 9), ("USR1", 10), ("TERM", 15), ("CHLD", 17), ("STOP", 19), ("SYS", 31),
        ]
        for (name, number) in known { #expect(SignalNames.number(of: name) == number) }
        for text in ["", "SIG", "0", "-1", "65", "TREM", "RTMIN+31", "RTMIN-1", "SIGSIGTERM", "9 "] {
            #expect(SignalNames.number(of: text) == nil, "\(text)")
        }
        #expect(SignalNames.all.count == 31)
    }

    @Test(arguments: [
        ("redsi", "redis"), ("wb", "web"), ("wbe", "web"), ("WEB", "web"), ("postgers", "postgres"),
        ("rediss", "redis"),
    ])
    func `what was meant is found`(word: String, name: String) {
        #expect(Spelling.nearest(to: word, among: ["web", "redis", "postgres"]) == name)
    }

    @Test func `what is too far from everything is nobody's typo`() {
        #expect(Spelling.nearest(to: "nginx", among: ["web", "redis"]) == nil)
        #expect(Spelling.nearest(to: "web", among: [String]()) == nil)
        #expect(Spelling.nearest(to: "", among: ["web"]) == nil)
        let long = String(repeating: "a", count: 100_000)
        #expect(Spelling.nearest(to: long, among: [long, "web"]) == nil)
    }

    @Test func `the generator repeats itself from its seed, and is the published one`() {
        var generator = SplitMix64(seed: 1_234_567)
        #expect(
            (0..<3).map { _ in generator.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ])
    }
}
