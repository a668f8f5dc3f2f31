import HobPolicy
import HobSupervisorCore
import Testing

@Suite(.blocking) struct LineStamperTests {
    private let clock: Int64 = 1_769_860_800_123
    private let text = "2026-01-31T12:00:00.123Z "

    @Test func `each line gets one stamp, the unfinished one too`() {
        #expect(stamped("one\ntwo\n\nthree") == "\(text)one\n\(text)two\n\(text)\n\(text)three")
    }

    @Test func `a line that goes on gets no second stamp`() {
        var stamper = LineStamper(isAtLineStart: false)
        #expect(run(&stamper, Array("rest\nnew\n".utf8)) == Array("rest\n\(text)new\n".utf8))
        #expect(stamper.isAtLineStart)
    }

    @Test func `nothing gets no stamp`() {
        var stamper = LineStamper()
        #expect(run(&stamper, []).isEmpty)
        #expect(stamper.isAtLineStart)
    }

    @Test func `any cut of the input into pieces and any room for the output gives the same bytes`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(seed: seed)
        for _ in 0..<300 {
            let input = randomBytes(count: Int.random(in: 0...3000, using: &random), &random)
            let whole = reference(input)
            var stamper = LineStamper()
            var output: [UInt8] = []
            var rest = input[...]
            while !rest.isEmpty {
                let piece = Array(rest.prefix(Int.random(in: 1...400, using: &random)))
                rest = rest.dropFirst(piece.count)
                output += run(&stamper, piece, capacity: Int.random(in: 26...500, using: &random))
            }
            guard output == whole else {
                Issue.record("\(input.count) bytes, seed \(seed)")
                return
            }
        }
    }

    @Test func `a limit stops at the first line end at or behind it, never within a line`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(seed: seed)
        for _ in 0..<300 {
            let input = randomBytes(count: Int.random(in: 1...2000, using: &random), &random)
            let limit = Int.random(in: 0...1500, using: &random)
            var stamper = LineStamper()
            let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 60_000, alignment: 1)
            defer { output.deallocate() }
            let progress = input.withUnsafeBytes { bytes in
                stamper.stamp(bytes, with: stamp, into: output, stoppingAfter: limit)
            }
            let isWhole = progress.consumed == input.count
            let stopsAtLimit = stamper.isAtLineStart && progress.produced >= limit
            // The line before the last one ended before the limit: it was the first line end at or behind it.
            let earlier = Array(output[..<progress.produced]).dropLast().lastIndex(of: 10).map { $0 + 1 } ?? 0
            guard isWhole || (stopsAtLimit && (earlier < limit || progress.produced == 0)) else {
                Issue.record("limit \(limit): \(progress), \(input.count) bytes, seed \(seed)")
                return
            }
        }
    }

    @Test func `without stamps a limit stops at the same places`() {
        var stamper = LineStamper()
        let input = Array("12345\n789\nabc".utf8)
        #expect(input.withUnsafeBytes { stamper.pass($0, stoppingAfter: 3) } == 6)
        #expect(stamper.isAtLineStart)
        #expect(input.withUnsafeBytes { stamper.pass($0, stoppingAfter: 6) } == 6)
        #expect(input.withUnsafeBytes { stamper.pass($0, stoppingAfter: 7) } == 10)
        #expect(input.withUnsafeBytes { stamper.pass($0) } == 13)
        #expect(!stamper.isAtLineStart)
        #expect(input.withUnsafeBytes { stamper.pass($0, stoppingAfter: 0) } == 6)
        #expect(input.withUnsafeBytes { stamper.pass($0, stoppingAfter: 0) } == 0)
    }

    @Test func `line ends are found where they are, whatever surrounds them`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(seed: seed)
        for _ in 0..<5000 {
            // Neighbours of the line end in value, which a careless trick with words takes for it.
            let alphabet: [UInt8] = [0x0a, 0x0b, 0x09, 0x8a, 0x00, 0xff, 0x61, 0x61, 0x61, 0x61]
            let bytes: [UInt8] = (0..<Int.random(in: 0...100, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            let found: Int? = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.flatMap { NewlineSearch.first(in: $0, count: buffer.count) } as Int?
            }
            guard found == bytes.firstIndex(of: 0x0a) else {
                Issue.record("\(bytes), seed \(seed)")
                return
            }
        }
    }

    private var stamp: LogTimestamp {
        var stamp = LogTimestamp()
        stamp.set(milliseconds: clock)
        return stamp
    }

    private func stamped(_ input: String) -> String {
        var stamper = LineStamper()
        return String(decoding: run(&stamper, Array(input.utf8)), as: UTF8.self)
    }

    private func run(_ stamper: inout LineStamper, _ input: [UInt8], capacity: Int = 4096) -> [UInt8] {
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 1)
        defer { output.deallocate() }
        var result: [UInt8] = []
        var done = 0
        while done < input.count {
            let progress = input[done...].withUnsafeBytes { stamper.stamp($0, with: stamp, into: output) }
            result += output[..<progress.produced]
            done += progress.consumed
        }
        return result
    }

    private func reference(_ input: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var startsLine = true
        for byte in input {
            if startsLine { output += text.utf8 }
            output.append(byte)
            startsLine = byte == 10
        }
        return output
    }

    private func randomBytes(count: Int, _ random: inout SplitMix64) -> [UInt8] {
        let lineLength = UInt8.random(in: 1...200, using: &random)
        return (0..<count).map { _ in
            UInt8.random(in: 0...lineLength, using: &random) == 0 ? 10 : UInt8.random(in: 0...255, using: &random)
        }
    }
}
