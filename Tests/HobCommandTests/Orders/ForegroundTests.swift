import HobProtocol
import Testing

@testable import HobCommand

@Suite("The foreground", .blocking)
struct ForegroundTests {
    @Test("It may be over only when the definitions are in force and nothing is on its way")
    func over() {
        var tracker = ForegroundTracker()
        tracker.began = 100
        let isNews = [
            tracker.handle(.state("old", .ready, time: 50)), tracker.handle(.state("task", .running, time: 101)),
        ]
        #expect(isNews == [false, true])
        #expect(!tracker.mayBeOver)
        tracker.isApplied = true
        #expect(tracker.isAnythingUp)
        #expect(!tracker.mayBeOver)
        _ = tracker.handle(.state("task", .done, time: 102))
        #expect(tracker.mayBeOver)
    }

    @Test("What a reader of the log wants to know is shown, the steps in between are not")
    func news() {
        func isNews(_ state: ActualState, _ stopping: Bool = false) -> Bool {
            ForegroundScreen.isNews(.state("a", state), showsStopping: stopping)
        }
        #expect(isNews(.ready) && isNews(.failed) && isNews(.backingOff) && isNews(.done) && isNews(.stopped))
        #expect(!isNews(.starting) && !isNews(.waiting) && !isNews(.stopping))
        #expect(isNews(.stopping, true))
    }

    @Test("An attempt ends where the next one begins")
    func attempts() {
        var result = OrderRunner.Result()
        result.note(.state("a", .starting, sequence: 1, time: 10))
        result.note(EventRecord(sequence: 2, time: 14, kind: .spawned, instance: "a", pid: 5))
        #expect(result.attempts["a"]?.hasProcess == true)
        result.attempts["a"]?.note(.state("a", .starting, sequence: 1, time: 10))
        #expect(result.attempts["a"]?.end == nil)
        result.attempts["a"]?.note(.state("a", .starting, sequence: 5, time: 30))
        result.attempts["a"]?.note(.state("a", .starting, sequence: 9, time: 90))
        #expect(result.attempts["a"]?.end == 30)
    }
}
