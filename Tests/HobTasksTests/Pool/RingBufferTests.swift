import HobPolicy
import Testing

@testable import HobTasks

@Suite struct RingBufferTests {
    @Test(arguments: 1...10 as ClosedRange<UInt64>) func `it behaves as an array does`(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var ring = RingBuffer<Int>()
        var model: [Int] = []
        for number in 0..<2_000 {
            switch Int.random(in: 0..<9, using: &generator) {
            case 0..<5:
                ring.append(number)
                model.append(number)
            case 5..<8: #expect(ring.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
            default:
                let wanted = model.randomElement(using: &generator)
                #expect(ring.removeFirst { $0 == wanted } == wanted)
                model.removeAll { $0 == wanted }
            }
            #expect(ring.count == model.count)
        }
    }
}
