import Glibc
import HobProtocol
import HobSystem
import Testing

/// What a broken hob.yml comes to: a place, a sentence, exit code 78, and nothing else.
@Suite(.blocking) struct BadInputTests {
    /// A broken file and what must be said about it.
    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var yml: String
        /// The place of the fault, behind `hob.yml:`; more than one where both are right.
        var places: [String]
        /// What the message and its suggestion must say.
        var words: [String]
    }

    static let cases: [Case] = [
        Case(
            testDescription: "unknown key",
            yml: "services:\n  one:\n    comand: touch started\n",
            places: ["3:5"], words: ["unknown key 'comand'", "did you mean 'command'?"]),
        Case(
            testDescription: "wrong unit",
            yml: "services:\n  one: { command: touch started, ready: { delay: 5 } }\n",
            places: ["2:50"], words: ["5", "5s"]),
        Case(
            testDescription: "unknown unit",
            yml: "services:\n  one:\n    command: touch started\n    restart: { delay: 5 parsecs..30s }\n",
            places: ["4:23"], words: ["parsecs"]),
        Case(
            testDescription: "cycle",
            yml: """
                services:
                  one: { command: touch started, after: [two] }
                  two: { command: touch started, after: [one] }
                """,
            places: ["2:42", "3:42"], words: ["one → two → one", "remove"]),
        Case(
            testDescription: "missing command",
            yml: "services:\n  good: { command: touch started }\n  one:\n    instances: 2\n",
            places: ["3:3"], words: ["'one'", "has no command", "write 'command:'"]),
        Case(
            testDescription: "unreadable env file",
            yml: "services:\n  one:\n    command: touch started\n    env_file: missing.env\n",
            places: ["4:15"], words: ["missing.env", "required: false"]),
        Case(
            testDescription: "undefined variable",
            yml: "services:\n  one:\n    command: touch ${NOWHERE_DEFINED}\n",
            places: ["3:14", "3:20"], words: ["NOWHERE_DEFINED", ":-"]),
        Case(
            testDescription: "port clash",
            yml: """
                services:
                  one: { command: touch started, instances: 3, port: 8080 }
                  two: { command: touch started, port: 8082 }
                """,
            places: ["3:40"], words: ["8082", "'one'", "give one of them another"]),
        Case(
            testDescription: "two services of one name",
            yml: "services:\n  one: { command: touch started }\n  one: { command: touch started }\n",
            places: ["3:3"], words: ["duplicate key 'one'", "keep one"]),
        Case(
            testDescription: "a key of 1 MB",
            yml: "services:\n  one:\n    command: touch started\n    \(String(repeating: "x", count: 1 << 20)): 1\n",
            places: ["4:5"], words: ["has no ': ' behind it", "1024 characters"]),
        Case(
            testDescription: "a value of 1 MB",
            yml: "services:\n  one:\n    command: touch started\n    nice: \(String(repeating: "x", count: 1 << 20))\n",
            places: ["4:11"], words: ["nice", "from -20 to 19"]),
        Case(
            testDescription: "a YAML bomb",
            yml: "x-a: &a [x, x, x, x, x, x, x, x, x]\n"
                + zip("abcdefgh", "bcdefghi").map { inner, outer in
                    "x-\(outer): &\(outer) [\(Array(repeating: "*\(inner)", count: 9).joined(separator: ", "))]\n"
                }.joined() + "services:\n  one: { command: touch started }\n",
            places: [""], words: ["alias"]),
        Case(
            testDescription: "no YAML",
            yml: "services:\n  one: { command: touch started\n", places: ["2:", "3:"], words: []),
    ]

    @Test(
        "a broken hob.yml: exit 78 with its place and a suggestion, and the running project is not touched",
        arguments: cases)
    func broken(_ example: Case) throws {
        try Self.check(example, [UInt8](example.yml.utf8))
    }

    @Test("a hob.yml that is no UTF-8: exit 78 with its place, and the running project is not touched")
    func invalidUTF8() throws {
        let example = Case(
            testDescription: "invalid UTF-8", yml: "", places: ["2:25"], words: ["0xFF", "UTF-8"])
        try Self.check(
            example, [UInt8]("services:\n  one: { command: touch ".utf8) + [0xFF] + [UInt8](" }\n".utf8))
    }

    private static func check(_ example: Case, _ bytes: [UInt8]) throws {
        // In a project where nothing runs, nothing starts.
        try Sandbox.with { box in
            try box.write(bytes: bytes)
            for words in [["check"], ["up", "-d"], ["plan"], ["ensure", "one"]] {
                try refuses(example, box, words)
            }
            #expect(box.read("started").isEmpty)
            #expect(
                SandboxProcesses.find(path: box.path, runtime: box.runtime).filter {
                    $0.description.contains("hobd")
                }.isEmpty)
        }
        // In one that runs, nothing changes.
        try Sandbox.with("services: { one: { command: sleep 1000 } }") { box in
            try box.succeed("up", "-d")
            let pid = try box.pid("one")
            let events = try box.events()
            try box.write(bytes: bytes)
            for words in [["check"], ["up", "-d"], ["plan"]] { try refuses(example, box, words) }
            #expect(try box.pid("one") == pid)
            #expect(try box.events() == events)
            #expect(try box.hob("ensure", "one").status == 0, "who only wants it up needs no file")
        }
    }

    private static func refuses(_ example: Case, _ box: Sandbox, _ words: [String]) throws {
        let result = try box.start(words).finish(within: .seconds(30))
        let brief = "\(example.testDescription): \(result)".prefix(2_000)
        #expect(result.status == 78, "\(brief)")
        let text = result.out + result.err
        #expect(example.places.contains { text.contains("hob.yml:\($0)") }, "\(brief)")
        for word in example.words { #expect(text.contains(word), "\(word) is missing: \(brief)") }
        #expect(text.utf8.count < 4_000, "\(brief)")
        #expect(result.elapsed < .seconds(10), "\(brief)")
    }
}
