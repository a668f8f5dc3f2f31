import HobConfig
import Testing

@Suite struct GoldenMessageTests {
    @Test(arguments: ["issue.txt", "keys.txt"])
    func `bad input: every message names its place, what is wrong and what would be right`(name: String) {
        let golden = GoldenFile(name)
        #expect(golden.cases.count > 5)
        var results: [String: String] = [:]
        for example in golden.cases {
            let messages = errors(example.input, files: example.files)
            let text = messages.joined(separator: "\n")
            #expect(!messages.isEmpty, "\(example.title): no error")
            if !GoldenFile.isRecording {
                #expect(text == example.expected, "\(example.title)")
            }
            results[example.title] = text
        }
        if GoldenFile.isRecording { golden.record(results) }
    }
}
