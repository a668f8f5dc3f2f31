import HobClient
import HobSystem
import HobTestKit
import Synchronization
import Testing

@Suite("Reading logs")
struct LogReaderTests {
    private func read(_ logs: LogWriting, _ instance: String) throws -> [String] {
        let directory = try logs.open()
        let reader = LogReader(try directory.files(of: instance), in: directory) { error in
            Issue.record("\(error)")
        }
        return IteratorSequence(reader).map(\.words)
    }

    @Test("Rotated and compressed files are read in order, the current one last")
    func allFiles() throws {
        let logs = try LogWriting()
        for number in 1...12 {
            try logs.line("line \(number)", to: "web@1")
            if number % 3 == 0 { try logs.rotate("web@1", to: number / 3, compressed: number < 9) }
        }
        try logs.line("line 13", to: "web@1")
        #expect(try read(logs, "web@1") == (1...13).map { "line \($0)" })
        #expect(try logs.open().instances() == ["web@1"])
    }

    @Test("A line without its end, an empty line and bytes that are no text are kept")
    func oddLines() throws {
        let logs = try LogWriting()
        try logs.line("first", to: "a")
        try logs.raw("\n", to: "a")
        try logs.raw("no end", to: "a")
        #expect(try read(logs, "a") == ["first", "", "no end"])
        #expect(try read(logs, "never") == [])
    }

    @Test("Lines longer than a chunk come in one piece")
    func longLine() throws {
        let logs = try LogWriting()
        let long = String(repeating: "x", count: 200_000)
        try logs.line(long, to: "a")
        try logs.line("short", to: "a")
        #expect(try read(logs, "a") == [long, "short"])
    }

    @Test("A file that is renamed between looking and opening is read once")
    func renamedMeanwhile() throws {
        let logs = try LogWriting()
        try logs.line("old", to: "a")
        let directory = try logs.open()
        let files = try directory.files(of: "a")
        try logs.rotate("a", to: 1)
        let late = try directory.files(of: "a")
        #expect(late.finished.map(\.sequence) == [1])
        #expect(late.current == nil)
        var lines: [String] = []
        var reader = LogReader(files, in: directory) { _ in }
        while let line = reader.next() { lines.append(line.words) }
        #expect(lines == ["old"])
    }

    @Test("While a file is being compressed it is read once", arguments: [true, false])
    func bothForms(keepsPlain: Bool) throws {
        let logs = try LogWriting()
        try logs.line("one", to: "a")
        try logs.rotate("a", to: 1, compressed: true)
        if keepsPlain { try logs.directory.write("2026-01-31T12:00:00.001Z one\n", to: "a.log.000001") }
        #expect(try read(logs, "a") == ["one"])
    }

    @Test("A damaged compressed file is reported by name, and the rest is read")
    func damaged() throws {
        let logs = try LogWriting()
        try logs.directory.write("this is not gzip", to: "a.log.000001.gz")
        try logs.line("fine", to: "a")
        let directory = try logs.open()
        let reported = Mutex<[String]>([])
        let reader = LogReader(try directory.files(of: "a"), in: directory) { error in
            reported.withLock { $0.append(error.message) }
        }
        #expect(IteratorSequence(reader).map(\.words) == ["fine"])
        let messages = reported.withLock { $0 }
        #expect(messages == ["a.log.000001.gz is damaged: gzip exited with status 1"])
    }

    @Test("The tail spans files and stops at the beginning", arguments: [0, 1, 2, 5, 6, 7, 12, 13, 100])
    func tail(count: Int) throws {
        let logs = try LogWriting()
        for number in 1...12 {
            try logs.line("line \(number)", to: "a")
            if number % 3 == 0 { try logs.rotate("a", to: number / 3, compressed: number == 3) }
        }
        try logs.line("line 13", to: "a")
        let directory = try logs.open()
        let tail = try LogTail(count, of: directory.files(of: "a"), in: directory)
        #expect(tail.lines.map(\.words) == (1...13).suffix(count).map { "line \($0)" })
    }

    @Test("The tail of a long file is found across blocks")
    func longTail() throws {
        let logs = try LogWriting()
        let filler = String(repeating: "y", count: 997)
        for number in 0..<300 { try logs.line("\(number) \(filler)", to: "a") }
        let directory = try logs.open()
        let tail = try LogTail(150, of: directory.files(of: "a"), in: directory)
        #expect(tail.lines.map(\.words) == (150..<300).map { "\($0) \(filler)" })
    }

    @Test("A log without stamps counts as written when its file was")
    func unstamped() throws {
        let logs = try LogWriting()
        try logs.raw("raw\n", to: "a")
        let directory = try logs.open()
        let tail = try LogTail(5, of: directory.files(of: "a"), in: directory)
        let modified = try FileStatus.of("a.log", in: logs.directory.descriptor).modified / 1_000_000
        #expect(tail.lines.map(\.time) == [modified])
        var reader = LogReader(try directory.files(of: "a"), in: directory) { _ in }
        #expect(reader.next()?.time == modified)
    }
}
