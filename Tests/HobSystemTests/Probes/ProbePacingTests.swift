import HobSystem
import Testing

@Suite(.blocking) struct ProbePacingTests {
    @Test func `backing off grows by half from 1 ms and stays at the longest pause, whatever the attempts took`() {
        var pacing = ProbePacing.backoff(upTo: .milliseconds(100))
        var expected: Duration = .milliseconds(1)
        for round in 0..<30 {
            let pause = pacing.nextPause(elapsed: .seconds(round), lastAttempt: .seconds(round))
            #expect(pause == expected)
            expected = min(expected * 3 / 2, .milliseconds(100))
        }
        #expect(expected == .milliseconds(100))
    }

    @Test(
        arguments: [
            (.zero, .milliseconds(1)), (.milliseconds(63), .milliseconds(1)), (.milliseconds(64), .milliseconds(1)),
            (.milliseconds(128), .milliseconds(2)), (.milliseconds(256), .milliseconds(4)),
            (.milliseconds(9_999), .milliseconds(4)),
        ] as [(Duration, Duration)])
    func `a prompt pause follows the time that has passed, for ten seconds`(elapsed: Duration, expected: Duration) {
        for isCostly in [false, true] {
            var pacing = ProbePacing.prompt(upTo: .milliseconds(100), isCostly: isCostly)
            #expect(pacing.nextPause(elapsed: elapsed, lastAttempt: .microseconds(100)) == expected)
            // Asked again at the same moment, it does not grow.
            #expect(pacing.nextPause(elapsed: elapsed, lastAttempt: .microseconds(100)) == expected)
        }
    }

    @Test func `after ten seconds a prompt pause grows to the longest and stays there`() {
        var pacing = ProbePacing.prompt(upTo: .milliseconds(100), isCostly: false)
        var last: Duration = .milliseconds(4)
        for _ in 0..<20 {
            let pause = pacing.nextPause(elapsed: .seconds(10), lastAttempt: .zero)
            #expect(pause == min(last * 3 / 2, .milliseconds(100)))
            last = pause
        }
        #expect(last == .milliseconds(100))
    }

    @Test func `an attempt that costs the target much is followed by twice its time, within the longest pause`() {
        var costly = ProbePacing.prompt(upTo: .milliseconds(100), isCostly: true)
        #expect(costly.nextPause(elapsed: .milliseconds(30), lastAttempt: .milliseconds(30)) == .milliseconds(60))
        #expect(costly.nextPause(elapsed: .seconds(1), lastAttempt: .milliseconds(60)) == .milliseconds(100))
        #expect(costly.nextPause(elapsed: .seconds(60), lastAttempt: .milliseconds(30)) == .milliseconds(60))
        var cheap = ProbePacing.prompt(upTo: .milliseconds(100), isCostly: false)
        #expect(cheap.nextPause(elapsed: .milliseconds(30), lastAttempt: .milliseconds(30)) == .milliseconds(1))
    }

    @Test func `a longest pause below everything else bounds it`() {
        for var pacing in [
            ProbePacing.prompt(upTo: .microseconds(300), isCostly: true), .backoff(upTo: .microseconds(300)),
        ] {
            for elapsed in [0, 1, 10, 100] {
                let pause = pacing.nextPause(elapsed: .seconds(elapsed), lastAttempt: .seconds(1))
                #expect(pause == .microseconds(300))
            }
        }
    }

    @Test func `a nudge waits half a millisecond, or as long as a costly attempt took`() {
        let cheap = ProbePacing.prompt(upTo: .milliseconds(100), isCostly: false)
        let costly = ProbePacing.prompt(upTo: .milliseconds(100), isCostly: true)
        #expect(cheap.leastGap(lastAttempt: .milliseconds(20)) == .microseconds(500))
        #expect(costly.leastGap(lastAttempt: .microseconds(20)) == .microseconds(500))
        #expect(costly.leastGap(lastAttempt: .milliseconds(20)) == .milliseconds(20))
        #expect(costly.leastGap(lastAttempt: .seconds(2)) == .milliseconds(100))
    }
}
