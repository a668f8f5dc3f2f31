import HobYAML
import Testing

@Suite(.blocking) struct BudgetTests {
    private func mistake(_ text: String) -> String {
        Outcome.ours(Array(text.utf8)).mistakes.first ?? "none"
    }

    private func nested(_ open: String, _ close: String, _ count: Int) -> String {
        String(repeating: open, count: count) + "x" + String(repeating: close, count: count)
    }

    @Test func `forty-nine levels are read, fifty are refused, however they are written`() {
        for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("[a: ", "]")] {
            let levels = open == "[a: " ? 24 : 49
            #expect(mistake(nested(open, close, levels)) == "none")
            #expect(mistake(nested(open, close, levels + 2)).contains("nested more than 50 levels deep"))
        }
        let keys = { (count: Int) in
            (0..<count).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
        }
        #expect(mistake(keys(49)) == "none")
        #expect(mistake(keys(50)).hasPrefix("50:52: nested more than") || mistake(keys(51)).contains("nested"))
    }

    @Test func `an alias counts with the levels of its value`() {
        let anchor = "- &a \(nested("[", "]", 30))\n"
        #expect(
            mistake(anchor + "- \(String(repeating: "[", count: 17))*a\(String(repeating: "]", count: 17))\n") == "none"
        )
        #expect(
            mistake(anchor + "- \(String(repeating: "[", count: 19))*a\(String(repeating: "]", count: 19))\n")
                .hasPrefix("2:22: nested more than 50"))
    }

    @Test func `an alias counts with the values of its value`() {
        var text = "- &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            text += "- &a\(level) [\([String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n"
        }
        #expect(mistake(text).contains("the aliases up to here stand for more than a configuration may hold"))
        let list = "[" + [String](repeating: "*x", count: 1_000).joined(separator: ",") + "]"
        #expect(mistake("- &x 1\n- \(list)") == "none")
        #expect(mistake("- &x 1\n- \(list)\n- *x").hasPrefix("3:3: the aliases up to here"))
    }

    @Test func `a hundred thousand values are read, one more is refused`() {
        let text = String(repeating: "- x\n", count: 99_999)
        #expect(mistake(text) == "none")
        #expect(mistake(text + "- x\n").hasPrefix("100000:3: more than 100000 values"))
    }

    @Test func `a key has at most 1,024 characters`() {
        let key = String(repeating: "é", count: 1_024)
        #expect(mistake("\(key): x") == "none")
        #expect(mistake("a: b\nc: d\né\(key): x").hasPrefix("3:1: a key belongs here"))
    }

    @Test func `what costs a reader most costs time in proportion to its length`() {
        // Generous for a debug build on a busy machine; at a cost in squares each takes minutes.
        let clock = ContinuousClock()
        for text in [
            String(repeating: "[", count: 125_000), String(repeating: "{a: ", count: 125_000),
            String(repeating: "? ", count: 125_000), String(repeating: "- ", count: 125_000),
            "[" + String(repeating: "é, ", count: 90_000) + "]", String(repeating: "&a ", count: 80_000),
            "\"" + String(repeating: "\\n \n", count: 80_000) + "\"", String(repeating: "a\n", count: 125_000),
            "a: |\n" + String(repeating: " \n", count: 125_000), String(repeating: "#\n", count: 250_000),
            (0..<90_000).map { "k\($0): v\n" }.joined(), String(repeating: "a: 1\n", count: 90_000),
            "{" + String(repeating: "a", count: 125_000), String(repeating: "'a", count: 125_000),
            String(repeating: "[{", count: 20) + String(repeating: "a: b,", count: 90_000),
        ] {
            let start = clock.now
            _ = Outcome.ours(Array(text.utf8))
            #expect(clock.now - start < .seconds(20), "\(text.prefix(20))")
        }
    }

    @Test func `no bytes trap, and a mistake shows nothing of a text that may be a secret`() {
        for text in [
            "pin: \"x\" s3cret", "pin:\ns3cret", "pin: *s3cret", "pin: !s3cret!x y", "pin: [a s3cret: b}",
            "pin: @s3cret",
            "s3cret\n: x", "pin: %s3cret", "\"s3cret", "pin: x\n s3cret: y", "pin: &s3cret/ x", "- a\ns3cret",
            "a\n...\ns3cret",
        ] {
            #expect(!Outcome.ours(Array(text.utf8)).mistakes.joined().contains("s3cret"), "\(text)")
            #expect(!Outcome.ours(Array(text.utf8)).isAccepted, "\(text)")
        }
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max { _ = Outcome.ours([first, second]) }
        }
    }
}
