import HobPolicy
import HobProtocol
import HobTestKit
import Testing

/// Lines out of a stream.
@Suite struct LineFramerTests {
    @Test func `lines come out whole, however they came in`() {
        let seed = TestEnvironment.seed()
        var generator = SplitMix64(seed: seed)
        var lines: [[UInt8]] = []
        for _ in 0..<200 { lines.append((0..<(generator.next() % 40)).map { _ in UInt8(32 + generator.next() % 90) }) }
        let bytes = Array(lines.map { $0 + [0x0A] }.joined())
        var framer = LineFramer()
        var found: [LineFramer.Frame] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int(1 + generator.next() % 64))
            found += framer.receive(bytes[start..<end])
            start = end
        }
        #expect(found == lines.map { .line($0) }, "HOB_SEED=\(seed)")
        #expect(!framer.hasPartialLine)
    }

    @Test func `part of a line waits for its end`() {
        var framer = LineFramer()
        #expect(framer.receive(Array("ab".utf8)) == [])
        #expect(framer.hasPartialLine)
        #expect(framer.receive(Array("c\n\nd".utf8)) == [.line(Array("abc".utf8)), .line([])])
        #expect(framer.hasPartialLine)
    }

    @Test func `bad input: a line beyond the limit ends the stream, one at the limit does not`() {
        var framer = LineFramer(limit: 4)
        #expect(framer.receive(Array("1234\n".utf8)) == [.line(Array("1234".utf8))])
        #expect(framer.receive(Array("12345\nab\n".utf8)) == [.tooLong])
        #expect(framer.receive(Array("ab\n".utf8)) == [])
        #expect(!framer.hasPartialLine)
    }

    @Test func `bad input: a 1 MB line is a line, a longer one is not`() {
        var framer = LineFramer()
        #expect(framer.receive([UInt8](repeating: 65, count: 1 << 20)) == [])
        #expect(framer.receive([0x0A]).count == 1)
        #expect(framer.receive([UInt8](repeating: 65, count: 1 << 20) + [65]) == [.tooLong])
    }
}
