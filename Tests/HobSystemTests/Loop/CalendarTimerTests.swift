import Glibc
import HobSystem
import Testing

@Suite(.blocking) struct CalendarTimerTests {
    @Test func `it is readable at its time, and not before`() throws {
        let timer = try CalendarTimer()
        _ = try timer.set(WallClock.now + 3_600_000)
        #expect(try timer.next() == nil)
        _ = try timer.set(WallClock.now + 20)
        let loop = try EventLoop()
        var events: [CalendarTimer.Event?] = []
        try loop.watch(timer.raw, events: .read) { _ in events.append(try? timer.next()) }
        #expect(try loop.run(until: MonotonicTime.now() + .seconds(30)) { !events.isEmpty })
        #expect(events == [.due])
        #expect(try timer.next() == nil)
        _ = try timer.set(WallClock.now - 5)
        events = []
        #expect(try loop.run(until: MonotonicTime.now() + .seconds(30)) { !events.isEmpty })
        _ = try timer.set(nil)
        #expect(try timer.next() == nil)
    }

    @Test func `a clock that was set is told, by the wait and by the next setting`() throws {
        let timer = try CalendarTimer()
        let plan = FaultPlan([FaultRule(.read, 1, ECANCELED), FaultRule(.timer, 1, ECANCELED)])
        let told = try FaultPlan.during(plan) { () throws(SystemError) in
            (try timer.next(), try timer.set(WallClock.now + 3_600_000))
        }
        #expect(told == (.clockSet, true))
        #expect(try timer.set(nil) == false)
    }
}
