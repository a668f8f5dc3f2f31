import Glibc
import HobConfig
import HobSupervisorCore
import HobYAML
import Testing

@Suite struct RobustnessTests {
    private func loadBytes(_ bytes: [UInt8]) -> [String] {
        let directory = ScratchDirectory()
        let file = directory.write("hob.yml", bytes: bytes)
        return ProjectLoader(file: file, environment: [:], names: FixedNames()).load().errors
            .map { $0.description.replacing(directory.path + "/", with: "") }
    }

    private static let badBytes: [(text: String, tail: [UInt8], message: String)] = [
        ("services:\n  w\u{E4}\u{DF}", [0xC3, 0x28], "2:6: byte 0xC3 is not valid UTF-8: save the file as UTF-8"),
        ("", [0xFF, 0xFE, 0x41, 0x00], "1:1: byte 0xFF is not valid UTF-8: save the file as UTF-8"),
        ("a: ", [0xED, 0xA0, 0x80], "1:4: byte 0xED is not valid UTF-8: save the file as UTF-8"),
        ("a: ", [0xF0, 0x9F], "1:4: byte 0xF0 is not valid UTF-8: save the file as UTF-8"),
        ("a: \u{0}", [], "1:4: control character 0x00 is not allowed: remove it"),
        ("a: \u{1F600}\u{7F}", [], "1:5: control character 0x7F is not allowed: remove it"),
        ("a: \u{85}\u{9F}", [], "1:5: an unprintable character is not allowed: remove it"),
    ]

    @Test func `invalid UTF-8 and control characters are errors at the first bad byte`() {
        for (text, tail, message) in Self.badBytes {
            #expect(loadBytes(Array(text.utf8) + tail) == ["hob.yml:" + message])
        }
    }

    @Test func `a file that is missing, a directory, unreadable, a FIFO or too large says so`() {
        let directory = ScratchDirectory()
        func messages(_ name: String) -> [String] {
            ProjectLoader(file: "\(directory.path)/\(name)", environment: [:], names: FixedNames()).load().errors
                .map { $0.description.replacing(directory.path + "/", with: "") }
        }
        #expect(messages("no.yml") == ["no.yml:1:1: cannot be read: no such file"])
        directory.directory("dir.yml")
        #expect(messages("dir.yml") == ["dir.yml:1:1: cannot be read: it is a directory: name a file"])
        mkfifo("\(directory.path)/fifo.yml", 0o644)
        #expect(messages("fifo.yml") == ["fifo.yml:1:1: cannot be read: it is no regular file"])
        directory.write("big.yml", bytes: [UInt8](repeating: 0x23, count: (8 << 20) + 1))
        #expect(
            messages("big.yml") == ["big.yml:1:1: cannot be read: it is larger than 8 MiB, which no configuration is"])
        symlink("loop.yml", "\(directory.path)/loop.yml")
        #expect(messages("loop.yml") == ["loop.yml:1:1: cannot be read: Too many levels of symbolic links"])
        // Root may read everything; then there is nothing to see.
        if geteuid() != 0 {
            directory.write("secret.yml", bytes: [], mode: 0)
            #expect(
                messages("secret.yml") == ["secret.yml:1:1: cannot be read: permission denied: let this user read it"])
        }
    }

    /// The bound is generous for a debug build on a busy machine; what it guards against takes hours and gigabytes.
    private func expectQuick(
        _ comment: Comment, _ text: String, where check: ([String]) -> Bool = { !$0.isEmpty }
    ) {
        let clock = ContinuousClock()
        let start = clock.now
        let messages = loadBytes(Array(text.utf8))
        #expect(clock.now - start < .seconds(10), comment)
        #expect(check(messages), "\(comment.rawValue): \(messages.prefix(3))")
    }

    @Test func `a YAML bomb is refused before it goes off`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let aliases = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let isRefused = { (messages: [String]) in
            messages.count == 1 && messages[0].contains("the aliases up to here stand for more")
        }
        expectQuick("values", text + "services: *a9\n", where: isRefused)
        expectQuick("a key", text + "? *a9\n: x\n", where: isRefused)
        expectQuick("an anchored key", text.replacing("a9: &a9 [", with: "? &a9 ["), where: isRefused)
        // Here the keys are wrong already.
        expectQuick("flow mappings", text.replacing("[", with: "{").replacing("]", with: "}"))
        let merges =
            "x-0: &a0 { k0: 0 }\n"
            + (1...30).map { "x-\($0): &a\($0) { k\($0): [*a\($0 - 1), *a\($0 - 1)] }\n" }.joined()
        expectQuick("doubling", merges, where: isRefused)
        let many = "x: &x 1\ny: [" + [String](repeating: "*x", count: 1_001).joined(separator: ",") + "]"
        let deep = String(repeating: "{", count: 500) + "a: b" + String(repeating: "}: c", count: 500)
        expectQuick("keys in keys, often", "x: [" + String(repeating: deep + ",\n", count: 2_000) + "]")
        let question = String(repeating: "? ", count: 900) + "a\n"
        expectQuick("explicit keys, often", String(repeating: "- " + question, count: 2_000))
        expectQuick("many aliases", many, where: isRefused)
    }

    @Test func `aliases in moderation are fine`() throws {
        var text = "x-common: &common { environment: { A: 1, B: 2 }, log: { keep: 1 } }\nservices:\n"
        for number in 1...200 { text += "  s\(number): { <<: *common, command: x & y *common }\n" }
        #expect(try services(text).count == 200)
    }

    @Test func `long lines, deep nesting and many mistakes are answered`() {
        let long = String(repeating: "x", count: 1 << 20)
        expectQuick("a long word", "services:\n  web: { command: \(long) }", where: { $0.isEmpty })
        expectQuick("a long key", "services:\n  \(long): { command: x }")
        expectQuick(
            "a long unknown key", "services:\n  web: { command: x, \"\(long)\": 1 }",
            where: { $0.allSatisfy { $0.utf8.count < 400 } })
        expectQuick(
            "a long number", "services:\n  web: { command: x, nice: \(long) }",
            where: { $0.allSatisfy { $0.utf8.count < 400 } })
        expectQuick("brackets", "services: " + String(repeating: "[", count: 100_000))
        expectQuick("braces", "services: " + String(repeating: "{a: ", count: 50_000))
        expectQuick("keys in keys", String(repeating: "? ", count: 50_000))
        expectQuick("lists in lists", String(repeating: "- ", count: 50_000))
        expectQuick(
            "900 levels", "services: " + String(repeating: "[", count: 900) + String(repeating: "]", count: 900))
        expectQuick(
            "open defaults",
            "services:\n  web: { command: x, environment: { A: \"" + String(repeating: "${A:-", count: 100_000)
                + "\" } }")
        expectQuick(
            "open variables", "services:\n  web: { command: \"" + String(repeating: "${A ", count: 100_000) + "\" }")
        let faults = (0..<50_000).map { "${V\($0)}" }.joined(separator: " ")
        expectQuick(
            "many undefined variables", "services:\n  web: { command: \"\(faults)\" }", where: { $0.count <= 201 })
        let unknown = (0..<50_000).map { "k\($0): 1" }.joined(separator: ", ")
        expectQuick("many unknown keys", "services:\n  web: { command: x, \(unknown) }", where: { $0.count <= 201 })
        let twins = (0..<200).map { "k\($0 / 2): 1" }.joined(separator: ", ")
        expectQuick("many duplicates", "services:\n  web: { command: x, \(twins) }", where: { $0.count <= 201 })
        let chain = (0..<5_000).map { "  s\($0): { command: x, after: s\($0 + 1) }\n" }.joined()
        expectQuick("a long chain", "services:\n" + chain + "  s5000: { command: x }", where: { $0.isEmpty })
        expectQuick(
            "a long cycle", "services:\n" + chain + "  s5000: { command: x, after: s0 }",
            where: { $0.count == 1 && $0[0].utf8.count < 400 })
    }
}
