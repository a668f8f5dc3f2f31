import HobSystem
import Testing

@Suite(.blocking) struct MonitorTests {
    @Test func `a deadline ends the wait`() {
        let monitor = Monitor(0)
        let start = MonotonicTime.now()
        let answer: Int? = monitor.wait(until: start + .milliseconds(20)) { $0 > 0 ? $0 : nil }
        #expect(answer == nil)
        #expect(MonotonicTime.now() - start >= .milliseconds(20))
    }

    @Test func `a signal from another thread ends it, too`() throws {
        let monitor = Monitor(0)
        try Thread.start(name: "waker") {
            monitor.withLock { $0 = 7 }
            monitor.signal()
        }
        #expect(monitor.wait(until: patience) { $0 > 0 ? $0 : nil } == 7)
    }
}
