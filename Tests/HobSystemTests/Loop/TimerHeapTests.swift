import HobPolicy
import Testing

@testable import HobSystem

@Suite(.blocking) struct TimerHeapTests {
    private func at(_ nanoseconds: Int) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(nanoseconds)) }

    @Test func `equal deadlines fire in the order they were set`() {
        var heap = TimerHeap()
        var fired: [Int] = []
        for number in 0..<100 { _ = heap.insert(at: at(7)) { fired.append(number) } }
        while let handler = heap.popDue(at: at(7)) { handler() }
        #expect(fired == Array(0..<100))
    }

    @Test func `a token of a fired timer does nothing to the slot's next tenant`() {
        var heap = TimerHeap()
        let old = heap.insert(at: at(1)) {}
        _ = heap.popDue(at: at(1))
        let new = heap.insert(at: at(2)) {}
        let cancelledOld = heap.cancel(old)
        let movedOld = heap.reschedule(old, at: at(9))
        #expect(!cancelledOld && !movedOld)
        #expect(heap.deadline(of: new) == at(2))
        let cancelledNew = heap.cancel(new)
        #expect(cancelledNew)
        #expect(heap.count == 0)
    }

    @Test func `ten thousand timers, a third cancelled and a third moved, fire in order`() {
        var generator = SplitMix64(seed: 42)
        var heap = TimerHeap()
        var fired: [Int] = []
        var expected: [Int: Int] = [:]
        var tokens: [TimerToken] = []
        for number in 0..<10_000 {
            let deadline = Int.random(in: 1...1000, using: &generator)
            expected[number] = deadline
            tokens.append(heap.insert(at: at(deadline)) { fired.append(number) })
        }
        for number in 0..<10_000 {
            switch number % 3 {
            case 0:
                let wasCancelled = heap.cancel(tokens[number])
                #expect(wasCancelled)
                expected[number] = nil
            case 1:
                let deadline = Int.random(in: 1...1000, using: &generator)
                let wasMoved = heap.reschedule(tokens[number], at: at(deadline))
                #expect(wasMoved)
                expected[number] = deadline
            default: break
            }
        }
        for now in stride(from: 0, through: 1000, by: 10) {
            while let handler = heap.popDue(at: at(now)) { handler() }
            #expect(fired.allSatisfy { (expected[$0] ?? .max) <= now })
        }
        #expect(fired.count == expected.count)
        #expect(Set(fired) == Set(expected.keys))
        for (earlier, later) in zip(fired, fired.dropFirst()) {
            #expect((expected[earlier] ?? 0) <= (expected[later] ?? 0))
        }
        #expect(heap.count == 0 && heap.next == nil)
    }
}
