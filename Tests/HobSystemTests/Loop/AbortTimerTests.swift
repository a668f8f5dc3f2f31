import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct AbortTimerTests {
    @Test func `a stuck handler ends the process by SIGABRT`() async {
        await #expect(processExitsWith: .signal(SIGABRT)) {
            try ProcessLimits.set(ResourceLimit(.core, soft: 0, hard: 0))
            let loop = try EventLoop()
            let guardian = try AbortTimer()
            loop.beforeDispatch = { guardian.arm(after: .milliseconds(20)) }
            loop.afterDispatch = { guardian.disarm() }
            loop.schedule(at: MonotonicTime.now()) { while true { pause() } }
            try loop.run()
        }
    }

    @Test func `a loop that waits is not stuck`() async {
        await #expect(processExitsWith: .success) {
            let loop = try EventLoop()
            let guardian = try AbortTimer()
            loop.beforeDispatch = { guardian.arm(after: .milliseconds(500)) }
            loop.afterDispatch = { guardian.disarm() }
            var fired = 0
            for delay in [0, 1, 700] { loop.schedule(after: .milliseconds(delay)) { fired += 1 } }
            #expect(try loop.run(until: patience) { fired == 3 })
        }
    }
}
