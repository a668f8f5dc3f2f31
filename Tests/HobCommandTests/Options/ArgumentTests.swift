import Testing

@testable import HobCommand

@Suite("Arguments", .blocking)
struct ArgumentTests {
    @Test(
        "Global options may stand before the verb",
        arguments: [
            (["-f", "x.yml", "up", "-d"], ["up", "--file", "x.yml", "-d"]),
            (["-C", "/p", "--system", "logs", "-f"], ["logs", "-C", "/p", "--system", "-f"]),
            (["--file=x.yml", "status"], ["status", "--file=x.yml"]), (["up", "-f", "x"], ["up", "-f", "x"]),
            (["--help"], ["--help"]), (["-f"], ["-f"]), ([], []), (["-f", "x.yml"], ["-f", "x.yml"]),
        ] as [([String], [String])])
    func globals(words: [String], moved: [String]) {
        #expect(GlobalOptions.moveBehindVerb(words) == moved)
    }

    @Test("Times need a unit", arguments: ["", "10", "0s", "-1s", "ten"])
    func badTimes(text: String) {
        #expect(TimeLimit(argument: text) == nil)
    }

    @Test("Times, numbers of instances, signals and points in time are read")
    func good() throws {
        #expect(TimeLimit(argument: "1m30s")?.milliseconds == 90_000)
        #expect(TimeLimit(argument: "1us")?.milliseconds == 1)
        #expect(try ServiceNumber(argument: "web=7").number == 7)
        #expect(SignalArgument(argument: "usr1")?.number == 10)
        #expect(SignalArgument(argument: "SIGTERM")?.number == 15)
        #expect(SinceArgument(argument: "10m")?.time(now: 1_000_000) == 400_000)
        #expect(SinceArgument(argument: "1970-01-01T00:00:01Z")?.time(now: 0) == 1_000)
    }

    @Test("What is no number of instances, no signal and no time is refused")
    func bad() {
        for text in ["web", "web=", "=7", "web=-1", "web=x", "web=100001"] {
            #expect(throws: (any Error).self) { try ServiceNumber(argument: text) }
        }
        #expect(SignalArgument(argument: "NOPE") == nil)
        #expect(SinceArgument(argument: "yesterday") == nil)
    }
}
