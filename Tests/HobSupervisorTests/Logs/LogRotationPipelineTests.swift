import Glibc
import HobSupervisor
import HobSupervisorCore
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct LogRotationPipelineTests {
    @Test func `two floods of 100,000 numbered lines with rotation: nothing lost, doubled or torn`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let definition = LogDefinition(rotateBytes: 500_000, keep: 1000)
        var children: [TestChild] = []
        for slot in 1...2 {
            let (fifo, reader) = try harness.fifo("flood\(slot).fifo")
            pipeline.add(slot: slot, name: "flood@\(slot)", fifo: reader, definition: definition)
            let output = try fifo.openReadWrite(nonBlocking: false)
            var request = SpawnRequest(
                FixtureProgram.path, ["flood", "--lines", "100000", "--bytes", slot == 1 ? "100" : "37"])
            request.descriptors = [DescriptorMapping(source: output.raw, target: 1)]
            children.append(try TestChild(request))
        }
        for child in children { #expect(try child.waitForExit(within: .seconds(120)) == .exited(code: 0)) }
        for (slot, width) in [(1, 100), (2, 37)] {
            try harness.drain(pipeline, slot: slot)
            let lines = try NumberedLines(of: "flood@\(slot)", in: harness.logs, width: width)
            #expect(lines.count == 100_000)
            #expect(lines.problems == [])
            let linesOfFile = (500_000 + width + 24) / (width + 25)
            #expect(lines.files.count == (100_000 + linesOfFile - 1) / linesOfFile)
            #expect(lines.largest < 500_000 + width + 25)
            let numbers = harness.events.all.compactMap { event -> Int? in
                if case .rotated(slot, let sequence) = event { sequence } else { nil }
            }
            #expect(numbers == Array(1..<lines.files.count))
        }
    }

    @Test func `the newest finished files stay, and numbers go on after gaps`() throws {
        let harness = try LogHarness()
        for name in ["a.log.000003", "a.log.000017", "b.log.000099", "a.log.000017x"] {
            try write("old\n", harness, name)
        }
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("a.fifo")
        pipeline.add(
            slot: 1, name: "a", fifo: fifo, definition: LogDefinition(rotateBytes: 4, keep: 3, timestamps: .none))
        for line in 1...5 {
            try fifo.writeAll("line \(line)\n")
            try harness.drain(pipeline, slot: 1)
        }
        #expect(
            try harness.names() == [
                "a.log", "a.log.000017x", "a.log.000019", "a.log.000020", "a.log.000021", "b.log.000099",
            ])
        #expect(harness.text("a.log.000021") == "line 4\n")
        #expect(harness.text("a.log") == "line 5\n")
    }

    @Test func `a number that somebody else has taken meanwhile is passed over`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("a.fifo")
        pipeline.add(
            slot: 1, name: "a", fifo: fifo, definition: LogDefinition(rotateBytes: 1, keep: 10, timestamps: .none))
        for line in 1...2 {
            try fifo.writeAll("line \(line)\n")
            try harness.drain(pipeline, slot: 1)
        }
        try write("precious\n", harness, "a.log.000002")
        try fifo.writeAll("line 3\n")
        try harness.drain(pipeline, slot: 1)
        #expect(harness.text("a.log.000002") == "precious\n")
        #expect(harness.text("a.log.000003") == "line 2\n")
    }

    @Test func `keep 0 keeps no finished file`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("a.fifo")
        pipeline.add(
            slot: 1, name: "a", fifo: fifo, definition: LogDefinition(rotateBytes: 1, keep: 0, timestamps: .none))
        for line in 1...3 {
            try fifo.writeAll("line \(line)\n")
            try harness.drain(pipeline, slot: 1)
        }
        #expect(try harness.names() == ["a.log"])
        #expect(harness.text("a.log") == "line 3\n")
    }

    @Test func `a file is finished by its age with the next line`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("a.fifo")
        // The age is that of the file on disk; a millisecond is over by the time a drain has answered twice.
        let definition = LogDefinition(rotateBytes: 0, rotateAge: .milliseconds(1), keep: 10, timestamps: .none)
        pipeline.add(slot: 1, name: "a", fifo: fifo, definition: definition)
        try fifo.writeAll("first ")
        try harness.drain(pipeline, slot: 1)
        let born = MonotonicTime.now()
        while MonotonicTime.now() < born + .milliseconds(20) { try harness.drain(pipeline, slot: 1) }
        try fifo.writeAll("line\nsecond line\n")
        try harness.drain(pipeline, slot: 1)
        #expect(harness.text("a.log.000001") == "first line\n")
        #expect(harness.text("a.log") == "second line\n")
    }

    @Test func `a line without end is cut at twice the size, and goes on without a stamp`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (fifo, reader) = try harness.fifo("a.fifo")
        pipeline.add(slot: 1, name: "a", fifo: reader, definition: LogDefinition(rotateBytes: 100_000, keep: 10))
        let writer = try fifo.openReadWrite(nonBlocking: false)
        try writer.writeAll(String(repeating: "x", count: 1_000_000) + "\n")
        try harness.drain(pipeline, slot: 1)
        let names = try harness.names()
        let sizes = names.map { harness.text($0).utf8.count }
        #expect(sizes.reduce(0, +) == 1_000_001 + 25)
        #expect(sizes.allSatisfy { $0 <= 200_000 + 65_536 + 25 })
        #expect(names.count >= 4)
    }

    // MARK: Compression

    @Test func `finished files are compressed, and what a crash left behind is cleared away`() throws {
        let harness = try LogHarness()
        try write("torn", harness, "a.log.000001.gz.tmp")
        try write("whole", harness, "b.log.000001.gz")
        try write("whole", harness, "b.log.000001")
        try write("left plain\n", harness, "a.log.000002")
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("a.fifo")
        let definition = LogDefinition(rotateBytes: 1, keep: 10, timestamps: .none, compress: true)
        pipeline.add(slot: 1, name: "a", fifo: fifo, definition: definition)
        for line in 1...2 {
            try fifo.writeAll("line \(line)\n")
            try harness.drain(pipeline, slot: 1)
        }
        let wanted = ["a.log", "a.log.000002.gz", "a.log.000003.gz", "b.log.000001.gz"]
        try waitForNames(wanted, harness)
        #expect(try gunzip("a.log.000002.gz", harness) == "left plain\n")
        #expect(try gunzip("a.log.000003.gz", harness) == "line 1\n")
        #expect(harness.text("b.log.000001.gz") == "whole")
    }

    @Test func `compressed files count among those that are kept`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("a.fifo")
        let definition = LogDefinition(rotateBytes: 1, keep: 2, timestamps: .none, compress: true)
        pipeline.add(slot: 1, name: "a", fifo: fifo, definition: definition)
        for line in 1...6 {
            try fifo.writeAll("line \(line)\n")
            try harness.drain(pipeline, slot: 1)
        }
        try waitForNames(["a.log", "a.log.000004.gz", "a.log.000005.gz"], harness)
    }

    private func write(_ text: String, _ harness: LogHarness, _ name: String) throws {
        let file = try Descriptor.open(name, in: harness.logs, flags: [.writeOnly, .create])
        try file.writeAll(text)
    }

    private func waitForNames(_ wanted: [String], _ harness: LogHarness) throws {
        let watcher = try FileWatcher()
        _ = try watcher.add(harness.logs, events: [.created, .deleted, .movedTo, .movedFrom])
        let loop = try EventLoop()
        try loop.watch(watcher.raw, events: .read) { _ in _ = try? watcher.next() }
        _ = try loop.run(until: MonotonicTime.now() + .seconds(30)) { (try? harness.names()) == wanted }
        #expect(try harness.names() == wanted)
    }

    private func gunzip(_ name: String, _ harness: LogHarness) throws -> String {
        try TestChild(SpawnRequest("gzip", ["-dc", harness.root.path(of: "logs/\(name)")])).readToEnd()
    }
}
