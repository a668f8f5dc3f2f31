import HobYAML
import Testing

@Suite(.blocking) struct SampleTests {
    @Test func `every sample means what its table says`() throws {
        for (topic, samples) in Sample.all {
            for sample in samples {
                let problems = Problems()
                var tree: String?
                if let source = try? SourceText(file: "f", bytes: Array(sample.text.utf8)) {
                    tree = YAMLReader.read(source, reporting: problems).map(Sample.brief)
                    if problems.errors.isEmpty { tree = tree ?? "nothing" }
                }
                if !problems.errors.isEmpty { tree = nil }
                #expect(tree == sample.tree, "\(topic), \(sample.name): \(problems.errors)")
            }
        }
    }

    @Test func `every sample is read, or refused, as by Yams`() {
        for (topic, samples) in Sample.all {
            for sample in samples {
                let bytes = Array(sample.text.utf8)
                let ours = Outcome.ours(bytes)
                let oracle = Outcome.oracle(bytes)
                let isSame = ours.isAccepted == oracle.isAccepted && (!ours.isAccepted || ours.tree == oracle.tree)
                #expect(
                    isSame || Deviation.between(ours, oracle, bytes) != nil,
                    "\(topic), \(sample.name):\nours: \(ours)\nYams: \(oracle)")
            }
        }
    }

    @Test func `every mistake has a place, says what is wrong and what would be right`() {
        var text = ""
        for (topic, samples) in Sample.all {
            for sample in samples where sample.tree == nil {
                let mistakes = Outcome.ours(Array(sample.text.utf8)).mistakes
                text += GoldenMessages.entry(topic, sample, mistakes.joined(separator: "\n    "))
            }
        }
        if GoldenMessages.isRecording { return GoldenMessages.record(text) }
        let recorded = GoldenMessages.recorded().split(separator: "\n", omittingEmptySubsequences: false)
        for (found, expected) in zip(text.split(separator: "\n", omittingEmptySubsequences: false), recorded) {
            #expect(found == expected)
        }
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count == recorded.count)
    }
}
