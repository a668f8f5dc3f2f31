import Logging
import Testing

@testable import Hob

@Suite(.blocking) struct LogFormatTests {
    private func text(_ format: LogFormat, _ record: LogRecord) -> String {
        String(decoding: format.line(of: record), as: UTF8.self)
    }

    @Test func `row 47: a line for people has time, level, name, pid, source, text and metadata`() {
        let record = LogRecord.sample(metadata: ["path": "/tmp/a b", "count": "3"])
        #expect(
            text(.text, record)
                == "2026-11-21T07:23:49.123Z info [lister 4711] Lister: hello count=3 path=\"/tmp/a b\"\n")
    }

    @Test func `row 47: the caller is told when asked for`() {
        #expect(text(LogFormat(.text, showsCaller: true), .sample()).contains("Lister Main.swift:12 run(): hello"))
        let json = text(LogFormat(.json, showsCaller: true), .sample())
        #expect(json.contains(#""file":"Lister/Main.swift","line":12,"function":"run()""#))
        #expect(!text(.json, .sample()).contains("Main.swift"))
    }

    @Test func `row 47: an error is logged with its type and its text`() {
        let record = LogRecord.sample("failed", failure: .init(Trouble.disk("full")))
        #expect(text(.text, record).hasSuffix("Lister: failed: HobTests.Trouble: disk(\"full\")\n"))
        #expect(
            text(.json, record).contains(#""error":{"type":"HobTests.Trouble","message":"disk(\"full\")"}"#))
    }

    @Test func `a JSON line has the values' own types`() {
        let record = LogRecord.sample(
            metadata: [
                "n": .stringConvertible(3), "ok": .stringConvertible(true), "a": ["x", .dictionary(["k": "v"])],
            ])
        #expect(
            text(.json, record)
                == #"{"time":"2026-11-21T07:23:49.123Z","level":"info","daemon":"lister","pid":4711,"#
                + #""label":"lister","source":"Lister","message":"hello","#
                + #""metadata":{"a":["x",{"k":"v"}],"n":3,"ok":true}}"# + "\n")
    }

    @Test(arguments: ["two\nlines", "\u{1B}[31mred", "a\r\nb\tc\u{7F}"]) func `a record is one line whatever is in it`(
        _ evil: String
    ) {
        let record = LogRecord.sample(
            evil, metadata: [evil: .array([.string(evil)])], failure: .init(Trouble.disk(evil)))
        for format in [LogFormat.text, .json] {
            let line = format.line(of: record)
            #expect(line.filter { $0 < 0x20 } == [0x0A])
            #expect(line.last == 0x0A)
        }
    }

    @Test func `a label other than the daemon's name is shown`() {
        var record = LogRecord.sample()
        record.label = "http"
        #expect(text(.text, record).contains("Lister(http): hello"))
    }

    @Test func `the level is coloured on request only`() {
        #expect(text(LogFormat(.text, usesColour: true), .sample()).contains("\u{1B}[32minfo\u{1B}[0m"))
        #expect(!text(.text, .sample()).contains("\u{1B}"))
    }

    @Test func `what a configuration says is a destination`() {
        #expect(LogDestination(parsing: "syslog") == .syslog())
        #expect(LogDestination(parsing: "journal") == .journal())
        #expect(LogDestination(parsing: "stdout", format: .json) == .standardOutput(.json))
        #expect(LogDestination(parsing: "/var/log/a.log") == .file("/var/log/a.log"))
    }
}
