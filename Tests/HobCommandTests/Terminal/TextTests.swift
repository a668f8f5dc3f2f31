import HobClient
import HobProtocol
import Testing

@testable import HobCommand

@Suite("Lines for people", .blocking)
struct TextTests {
    @Test("An event's line carries its number")
    func eventLine() {
        let exited = EventRecord(
            sequence: 42, time: 1_769_860_800_123, kind: .exited, instance: "web@1", pid: 4_711,
            message: "exited with status 1")
        #expect(
            EventLine.text(exited, style: .plain)
                == "2026-01-31T12:00:00.123Z #42 web@1 exited with status 1 (pid 4711)")
        #expect(EventLine.summary(.state("a", .ready)) == "ready")
        #expect(EventLine.summary(.state("a", .failed, message: "gave up")) == "failed: gave up")
    }

    @Test("Every kind of event has a sentence", arguments: EventRecord.Kind.allCases)
    func eventKinds(kind: EventRecord.Kind) {
        #expect(!EventLine.summary(EventRecord(sequence: 1, time: 0, kind: kind)).isEmpty)
    }

    @Test("A plan lists changes and counts them")
    func plan() {
        let changes = [
            Change(service: "worker", kind: .add, before: 0, after: 2),
            Change(service: "web", kind: .restart, keys: ["command", "environment.PORT"]),
            Change(service: "api", kind: .scale, before: 2, after: 4),
            Change(service: "old", kind: .remove), Change(service: "redis", kind: .unchanged),
        ]
        #expect(
            PlanText.lines(changes, style: .plain) == [
                "+ worker (2 instances)", "~ web restarts: command, environment.PORT", "~ api instances (2 → 4)",
                "- old", "1 to add, 2 to change, 1 to remove, 1 unchanged",
            ])
        #expect(
            PlanText.lines([Change(service: "a", kind: .unchanged)], style: .plain)
                == ["nothing to change (1 service as described)"])
    }

    @Test("A failed start shows the words of the service, then how it ended")
    func failureText() {
        #expect(
            FailureText.lines(instance: "web", output: ["boom"], reason: "exited with status 1", isAlone: true)
                == ["boom", "(exited with status 1)"])
        #expect(
            FailureText.lines(instance: "web", output: [], reason: "exited with status 1", isAlone: true)
                == ["(logs empty; exited with status 1)"])
        let daemon = FailureText.lines(instance: "web", output: [], reason: "exited with status 0", isAlone: true)
        #expect(daemon.last == "hob: web has to stay in the foreground, or be of 'type: task'")
        let many = FailureText.lines(
            instance: "web", output: (1...25).map { "\($0)" }, reason: "terminated with signal SIGXCPU",
            isAlone: false)
        #expect(many.prefix(3) == ["web:", "(5 earlier lines: hob logs web)", "6"])
        #expect(many.last == "(terminated with signal SIGXCPU)")
    }

    @Test("Names of a merged log are aligned; the bytes of a line stay as they are")
    func logPrefix() {
        var prefix = LogPrefix(
            names: ["web@1", "redis-server"], showsTimestamps: false, showsNames: true, style: .plain)
        let line = LogLine(
            instance: "web@1", bytes: Array("2026-01-31T12:00:00.123Z ".utf8) + [0xFF, 0x00], previous: 0)
        let plain = prefix.bytes(of: line)
        #expect(plain == Array("web@1        | ".utf8) + [0xFF, 0x00, 0x0A])
        prefix.showsTimestamps = true
        prefix.showsNames = false
        let whole = prefix.bytes(of: line)
        #expect(whole == line.bytes + [0x0A])
    }

    @Test(
        "Spans are short",
        arguments: [(0, "0s"), (380, "380ms"), (4_999, "4s"), (192_345, "3m 12s"), (90_000_000, "1d 1h")])
    func spans(milliseconds: Int64, text: String) {
        #expect(TimeText.span(milliseconds) == text)
    }
}
