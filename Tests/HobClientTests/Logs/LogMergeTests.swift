import HobClient
import HobPolicy
import Testing

@Suite("Merging logs")
struct LogMergeTests {
    @Test("The merge of random logs is their stable sort by time")
    func isStableSort() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SplitMix64(seed: seed)
        for round in 0..<200 {
            var sources: [[LogLine]] = []
            for index in 0..<Int.random(in: 0...9, using: &generator) {
                var time: Int64 = 0
                var lines: [LogLine] = []
                for number in 0..<Int.random(in: 0...40, using: &generator) {
                    time += Int64.random(in: 0...3, using: &generator)
                    let text = "\(RFC3339.format(time)) \(index) \(number)"
                    lines.append(LogLine(instance: "s@\(index)", bytes: Array(text.utf8), previous: 0))
                }
                sources.append(lines)
            }
            let expected = sources.joined().enumerated()
                .sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
            let merged = Array(LogMerge(sources.map { $0.makeIterator() }))
            #expect(merged == expected, "seed \(seed), round \(round)")
        }
    }

    @Test("A line without a stamp stays behind the one before it")
    func continuationLines() {
        let first = LogLine(instance: "a", bytes: Array("2026-01-31T12:00:00.001Z Traceback:".utf8), previous: 0)
        let second = LogLine(instance: "a", bytes: Array("  at line 3".utf8), previous: first.time)
        let other = LogLine(instance: "b", bytes: Array("2026-01-31T12:00:00.002Z meanwhile".utf8), previous: 0)
        let merged = Array(LogMerge([[first, second].makeIterator(), [other].makeIterator()]))
        #expect(merged == [first, second, other])
        #expect(!second.hasStamp)
        #expect(String(decoding: first.text, as: UTF8.self) == "Traceback:")
    }
}
