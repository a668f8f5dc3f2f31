import Glibc
import HobSupervisor
import HobSupervisorCore
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct LogPipelineTests {
    @Test func `lines come out stamped, in order, and a drain says when they are in the file`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("web.fifo")
        pipeline.add(slot: 3, name: "web@1", fifo: fifo, definition: LogDefinition())
        try fifo.writeAll("one\ntwo\nthr")
        try harness.drain(pipeline, slot: 3)
        try fifo.writeAll("ee\n")
        try harness.drain(pipeline, slot: 3)
        #expect(unstamped(harness.text("web@1.log")) == ["one", "two", "three"])
    }

    @Test func `without timestamps the bytes are as they came`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("raw.fifo")
        pipeline.add(slot: 1, name: "raw", fifo: fifo, definition: LogDefinition(timestamps: .none))
        let bytes = [UInt8]((0...255).map { UInt8($0) })
        try fifo.writeAll(bytes)
        try harness.drain(pipeline, slot: 1)
        let file = try Descriptor.open("raw.log", in: harness.logs)
        #expect(try file.readAll(limit: 1000) == bytes)
    }

    @Test func `after a drain of a dead process its last line is in the file`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (fifo, reader) = try harness.fifo("short.fifo")
        pipeline.add(slot: 1, name: "short", fifo: reader, definition: LogDefinition())
        for round in 1...20 {
            let output = try fifo.openReadWrite(nonBlocking: false)
            var request = SpawnRequest(FixtureProgram.path, ["print", "last words \(round)"])
            request.descriptors = [1, 2].map { DescriptorMapping(source: output.raw, target: $0) }
            let child = try TestChild(request)
            _ = try child.waitForExit()
            try harness.drain(pipeline, slot: 1)
            #expect(unstamped(harness.text("short.log")).last == "last words \(round)")
        }
    }

    @Test func `an unfinished last line is ended when asked, and only then`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("torn.fifo")
        pipeline.add(slot: 1, name: "torn", fifo: fifo, definition: LogDefinition())
        try fifo.writeAll("half")
        try harness.drain(pipeline, slot: 1, endsLine: true)
        try harness.drain(pipeline, slot: 1, endsLine: true)
        try fifo.writeAll("whole\n")
        try harness.drain(pipeline, slot: 1, endsLine: true)
        #expect(unstamped(harness.text("torn.log")) == ["half", "whole"])
    }

    @Test func `a new pipeline goes on within the line the file ends in`() throws {
        let harness = try LogHarness()
        let (_, fifo) = try harness.fifo("torn.fifo")
        for piece in ["be", "gin", "ning\nnext\n"] {
            let pipeline = try harness.start()
            pipeline.add(slot: 1, name: "torn", fifo: fifo, definition: LogDefinition())
            try fifo.writeAll(piece)
            pipeline.stop()
        }
        #expect(unstamped(harness.text("torn.log")) == ["beginning", "next"])
    }

    @Test func `stop drains what is in the FIFOs`() throws {
        let harness = try LogHarness()
        let (_, fifo) = try harness.fifo("a.fifo")
        let pipeline = try harness.start()
        pipeline.add(slot: 1, name: "a", fifo: fifo, definition: LogDefinition(timestamps: .none))
        try fifo.writeAll(String(repeating: "x", count: 60_000) + "\n")
        pipeline.stop()
        #expect(harness.text("a.log").utf8.count == 60_001)
        #expect(try fifo.available() == 0)
    }

    @Test func `a line longer than any buffer stays whole and has one stamp`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (fifo, reader) = try harness.fifo("long.fifo")
        pipeline.add(slot: 1, name: "long", fifo: reader, definition: LogDefinition())
        let line = String(repeating: "long ", count: 60_000)
        try fifo.openReadWrite(nonBlocking: false).writeAll(line + "\nend\n")
        try harness.drain(pipeline, slot: 1)
        #expect(unstamped(harness.text("long.log")) == [line, "end"])
    }

    @Test func `removing a slot writes what is there, and the slot may be used again at once`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, first) = try harness.fifo("first.fifo")
        let (_, second) = try harness.fifo("second.fifo")
        let plain = LogDefinition(timestamps: .none)
        pipeline.add(slot: 1, name: "first", fifo: first, definition: plain)
        try first.writeAll("of the first\n")
        pipeline.remove(slot: 1)
        pipeline.add(slot: 1, name: "second", fifo: second, definition: plain)
        try second.writeAll("of the second\n")
        try harness.drain(pipeline, slot: 1)
        #expect(harness.text("second.log") == "of the second\n")
        #expect(harness.text("first.log") == "of the first\n")
        // The pipeline has let go of it: nobody takes these bytes.
        try first.writeAll("later\n")
        try harness.drain(pipeline, slot: 1)
        #expect(try first.available() == 6)
    }

    @Test func `a slot that is removed and added again under a flood loses and doubles nothing`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (fifo, keeper) = try harness.fifo("a.fifo")
        let child = try flood(into: fifo)
        for round in 1...10 {
            pipeline.add(
                slot: 1, name: "a", fifo: try fifo.openReadWrite(),
                definition: LogDefinition(rotateBytes: 1_000_000, keep: 10_000))
            try harness.events.wait { $0 == .rotated(slot: 1, sequence: round) }
            pipeline.remove(slot: 1)
        }
        try child.process.handle.signal(.terminate)
        pipeline.add(slot: 1, name: "a", fifo: keeper, definition: LogDefinition(rotateBytes: 0))
        #expect(try child.waitForExit() == .exited(code: 0))
        try harness.drain(pipeline, slot: 1)
        let lines = try NumberedLines(of: "a", in: harness.logs, width: 3001)
        #expect(lines.problems == [])
        #expect(lines.count > 3000)
        #expect(try keeper.available() == 0)
    }

    @Test func `floods do not hold up a quiet service`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        var children: [TestChild] = []
        for slot in 1...3 {
            let (fifo, reader) = try harness.fifo("\(slot).fifo")
            pipeline.add(
                slot: slot, name: "noisy\(slot)", fifo: reader,
                definition: LogDefinition(rotateBytes: 1_000_000, keep: 2))
            children.append(try flood(into: fifo))
        }
        let (_, quiet) = try harness.fifo("quiet.fifo")
        pipeline.add(slot: 9, name: "quiet", fifo: quiet, definition: LogDefinition())
        for slot in 1...3 { try harness.events.wait { $0 == .rotated(slot: slot, sequence: 1) } }
        for line in 1...50 {
            try quiet.writeAll("line \(line)\n")
            try harness.drain(pipeline, slot: 9)
        }
        #expect(unstamped(harness.text("quiet.log")) == (1...50).map { "line \($0)" })
    }

    /// An endless flood of long numbered lines.
    private func flood(into fifo: FIFO) throws -> TestChild {
        let output = try fifo.openReadWrite(nonBlocking: false)
        var request = SpawnRequest(FixtureProgram.path, ["flood", "--lines", "0", "--bytes", "3001"])
        request.descriptors = [DescriptorMapping(source: output.raw, target: 1)]
        return try TestChild(request)
    }

    @Test func `an update changes the stamps of what is read later`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("a.fifo")
        pipeline.add(slot: 1, name: "a", fifo: fifo, definition: LogDefinition(timestamps: .none))
        try fifo.writeAll("plain\n")
        try harness.drain(pipeline, slot: 1)
        pipeline.update(slot: 1, definition: LogDefinition())
        // Updates and drains are done in order.
        try harness.drain(pipeline, slot: 1)
        try fifo.writeAll("stamped\n")
        try harness.drain(pipeline, slot: 1)
        let lines = harness.text("a.log").split(separator: "\n")
        #expect(lines.first == "plain")
        #expect(lines.last?.count == 25 + 7)
    }

    @Test func `a name that cannot be a file is refused with a sentence`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("a.fifo")
        pipeline.add(slot: 4, name: "../evil", fifo: fifo, definition: LogDefinition())
        let event = try harness.events.wait { if case .trouble(slot: 4, _) = $0 { true } else { false } }
        #expect("\(event)".contains("no slash"))
    }

    @Test func `drains of a slot that nobody added are answered`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        try harness.drain(pipeline, slot: 99)
    }

    // MARK: Watching for a line

    @Test func `a pattern is found in a line that comes in pieces, once, and only in later lines`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("a.fifo")
        pipeline.add(slot: 2, name: "a", fifo: fifo, definition: LogDefinition())
        try fifo.writeAll("listening on port 1\n")
        try harness.drain(pipeline, slot: 2)
        pipeline.watch(slot: 2, pattern: try LogPattern("^listening on port [0-9]+$"), token: 7)
        try harness.drain(pipeline, slot: 2)
        for piece in ["not listening on port 2\nlisten", "ing on ", "port 80", "80"] {
            try fifo.writeAll(piece)
            try harness.drain(pipeline, slot: 2)
        }
        #expect(!harness.events.all.contains(.matched(slot: 2, token: 7)))
        try fifo.writeAll("\r\nlistening on port 3\n")
        try harness.drain(pipeline, slot: 2)
        #expect(harness.events.all.filter { $0 == .matched(slot: 2, token: 7) }.count == 1)
    }

    @Test func `an endless line is matched by its beginning, and lines after it are matched, too`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (fifo, reader) = try harness.fifo("a.fifo")
        pipeline.add(slot: 2, name: "a", fifo: reader, definition: LogDefinition())
        pipeline.watch(slot: 2, pattern: try LogPattern("tail$"), token: 1)
        let writer = try fifo.openReadWrite(nonBlocking: false)
        try writer.writeAll(String(repeating: "x", count: 200_000) + "tail\n")
        try harness.drain(pipeline, slot: 2)
        #expect(!harness.events.all.contains(.matched(slot: 2, token: 1)))
        try writer.writeAll("tail\n")
        try harness.events.wait { $0 == .matched(slot: 2, token: 1) }
    }

    @Test func `a line that an earlier life has written counts from the moment that is named, and none before`() throws
    {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("a.fifo")
        pipeline.add(slot: 2, name: "a", fifo: fifo, definition: LogDefinition())
        let begun = WallClock.now
        try fifo.writeAll("ready to serve\n")
        try harness.drain(pipeline, slot: 2)
        // An hour later than any line that stands there.
        pipeline.watch(slot: 2, pattern: try LogPattern("^ready"), token: 1, since: begun + 3_600_000)
        try harness.drain(pipeline, slot: 2)
        #expect(!harness.events.all.contains(.matched(slot: 2, token: 1)))
        pipeline.watch(slot: 2, pattern: try LogPattern("^ready"), token: 2, since: begun - 1_000)
        try harness.drain(pipeline, slot: 2)
        #expect(harness.events.all.contains(.matched(slot: 2, token: 2)))
    }

    @Test func `a watch that was given up reports nothing`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("a.fifo")
        pipeline.add(slot: 2, name: "a", fifo: fifo, definition: LogDefinition())
        pipeline.watch(slot: 2, pattern: try LogPattern("ready"), token: 1)
        pipeline.unwatch(slot: 2)
        try harness.drain(pipeline, slot: 2)
        try fifo.writeAll("ready\n")
        try harness.drain(pipeline, slot: 2)
        #expect(!harness.events.all.contains(.matched(slot: 2, token: 1)))
    }
}
