import Glibc
import HobSupervisorCore
import HobSystem
import HobTestKit
import Testing

@testable import HobSupervisor

@Suite(.blocking) struct LogTroubleTests {
    // MARK: Somebody else changes the files

    @Test func `reopen goes on in a new file of the name: no line lost, doubled or stamped twice`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (fifo, reader) = try harness.fifo("a.fifo")
        pipeline.add(slot: 1, name: "a", fifo: reader, definition: LogDefinition(rotateBytes: 0))
        let output = try fifo.openReadWrite(nonBlocking: false)
        var request = SpawnRequest(FixtureProgram.path, ["flood", "--lines", "0", "--bytes", "3001"])
        request.descriptors = [DescriptorMapping(source: output.raw, target: 1)]
        let child = try TestChild(request)
        for round in 1...20 {
            let deadline = MonotonicTime.now() + .seconds(30)
            repeat {
                try harness.drain(pipeline, slot: 1)
            } while try !harness.names().contains("a.log")
                && MonotonicTime.now() < deadline
            try harness.logs.rename("a.log", to: LogFileName(sequence: round).text(of: "a"))
            pipeline.reopen()
            try harness.events.waitForCount(round) { $0 == .reopened }
        }
        try child.process.handle.signal(.terminate)
        #expect(try child.waitForExit() == .exited(code: 0))
        try harness.drain(pipeline, slot: 1)
        // A line that was cut by the change goes on in the next file: together they are what was written.
        let names = try harness.names()
        #expect(names.count >= 20)
        let text = harness.text(inOrder: names)
        let numbers = unstamped(text).map { Int($0.prefix(10)) ?? -1 }
        #expect(numbers == Array(1...numbers.count))
    }

    @Test func `a log file that was removed is made again`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("a.fifo")
        pipeline.add(slot: 1, name: "a", fifo: fifo, definition: LogDefinition(timestamps: .none))
        try fifo.writeAll("before\n")
        try harness.drain(pipeline, slot: 1)
        try harness.logs.remove("a.log")
        try fifo.writeAll("after\n")
        try harness.drain(pipeline, slot: 1)
        #expect(harness.text("a.log") == "after\n")
    }

    @Test func `a log directory that was removed is made again, with its mode`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("a.fifo")
        pipeline.add(slot: 1, name: "a", fifo: fifo, definition: LogDefinition(timestamps: .none))
        try fifo.writeAll("before\n")
        try harness.drain(pipeline, slot: 1)
        try harness.logs.remove("a.log")
        try harness.root.descriptor.removeDirectory("logs")
        try fifo.writeAll("after\n")
        try harness.drain(pipeline, slot: 1)
        #expect(harness.root.read("logs/a.log") == "after\n")
        #expect(try FileStatus.of("logs", in: harness.root.descriptor).permissions == 0o750)
    }

    @Test func `a log file that was emptied goes on at its beginning, without a hole`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, fifo) = try harness.fifo("a.fifo")
        pipeline.add(slot: 1, name: "a", fifo: fifo, definition: LogDefinition(timestamps: .none))
        try fifo.writeAll("before\n")
        try harness.drain(pipeline, slot: 1)
        try Descriptor.open("a.log", in: harness.logs, flags: .readWrite).truncate(to: 0)
        try fifo.writeAll("after\n")
        try harness.drain(pipeline, slot: 1)
        #expect(harness.text("a.log") == "after\n")
    }

    @Test func `what is no regular file is refused with a sentence, and only that instance waits`() throws {
        let harness = try LogHarness()
        try harness.logs.makeDirectory("a.log")
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        let (_, first) = try harness.fifo("a.fifo")
        let (_, second) = try harness.fifo("b.fifo")
        pipeline.add(slot: 1, name: "a", fifo: first, definition: LogDefinition(timestamps: .none))
        pipeline.add(slot: 2, name: "b", fifo: second, definition: LogDefinition(timestamps: .none))
        try first.writeAll("waits\n")
        let trouble = try harness.events.wait { if case .trouble(slot: 1, _) = $0 { true } else { false } }
        #expect("\(trouble)".contains("logs/a.log"))
        try second.writeAll("goes on\n")
        try harness.drain(pipeline, slot: 2)
        #expect(harness.text("b.log") == "goes on\n")
        try harness.logs.removeDirectory("a.log")
        try harness.events.wait { $0 == .recovered(slot: 1) }
        try harness.drain(pipeline, slot: 1)
        #expect(harness.text("a.log") == "waits\n")
        #expect(harness.events.all.filter { $0 == .recovered(slot: 1) }.count == 1)
    }

    // MARK: A full disk

    @Test func `a full disk loses nothing: reported once, tried again, recovered once`() throws {
        let harness = try LogHarness()
        let bench = try WriterBench(harness)
        let channel = bench.writer.channel(named: "a")
        bench.writer.enqueue(.open(slot: 5, LogDefinition(rotateBytes: 0, timestamps: .none)), for: channel)
        bench.stage("first line\n", for: channel)
        bench.writer.enqueue(.drained(slot: 5, token: 1), for: channel)
        bench.stage("second line\n", for: channel)
        bench.writer.enqueue(.drained(slot: 5, token: 2), for: channel)
        // Three tries of the first batch fail, and one of the second.
        bench.run(with: FaultPlan([FaultRule(.write, 1...3, ENOSPC), FaultRule(.write, 5, EIO)]))
        #expect(harness.text("a.log") == "first line\nsecond line\n")
        let events = harness.events.all
        guard events.count == 6, case .trouble(slot: 5, let first) = events[0],
            case .trouble(slot: 5, let second) = events[3]
        else {
            Issue.record("\(events)")
            return
        }
        #expect(first.code == ENOSPC)
        #expect(first.message.contains("logs/a.log"))
        #expect(second.code == EIO)
        #expect(Array(events[1...2]) == [.recovered(slot: 5), .drained(slot: 5, token: 1)])
        #expect(Array(events[4...5]) == [.recovered(slot: 5), .drained(slot: 5, token: 2)])
    }

    @Test func `with full: drop the FIFO is emptied, and a line in the log counts what is missing`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        // A directory of the log's name stands for a disk that is full.
        try harness.logs.makeDirectory("a.log")
        let (fifo, reader) = try harness.fifo("a.fifo")
        pipeline.add(
            slot: 1, name: "a", fifo: reader, definition: LogDefinition(rotateBytes: 0, timestamps: .none, full: .drop))
        let output = try fifo.openReadWrite(nonBlocking: false)
        try output.writeAll("kept\n")
        try harness.events.wait { if case .trouble(slot: 1, _) = $0 { true } else { false } }
        // Four times what the pipe holds: a writer that does not block is a reader that drops.
        let line = String(repeating: "x", count: 99) + "\n"
        try output.writeAll(String(repeating: line, count: 2_600))
        try harness.events.wait { $0 == .dropping(slot: 1) }
        try harness.logs.removeDirectory("a.log")
        let dropped = try harness.events.wait { if case .dropped = $0 { true } else { false } }
        guard case .dropped(slot: 1, let bytes, let lines) = dropped else { return }
        try output.writeAll("afterwards\n")
        try harness.drain(pipeline, slot: 1)
        let text = harness.text("a.log").split(separator: "\n")
        // What is dropped begins and ends where reads do, so a line may be in the log by half.
        let rest = text.filter { $0.allSatisfy { $0 == "x" } }.reduce(0) { $0 + $1.count + 1 }
        #expect(text.first == "kept" && text.last == "afterwards")
        #expect((0...2).contains(bytes + rest - 260_000), "\(bytes) bytes dropped, \(rest) kept")
        #expect(text.count { $0.contains("hob: \(bytes) bytes (\(lines) lines) were dropped here") } == 1)
    }

    @Test(arguments: [LogDefinition.Full.block, .drop])
    func `a disk that does not answer is told after a second, and told again when it does`(
        full: LogDefinition.Full
    ) throws {
        let harness = try LogHarness()
        // The writer's own thread reports what is drained: held up there, it is a writer whose disk hangs.
        let isHung = Monitor(true)
        let events = harness.events
        let pipeline = try LogPipeline(logs: harness.logs, runtime: harness.runtime) { event in
            if event == .drained(slot: 1, token: 99) {
                _ = isHung.wait(until: .now() + .seconds(30)) { $0 ? nil : true }
            }
            events.append(event)
        }
        defer { pipeline.stop() }
        let (fifo, reader) = try harness.fifo("a.fifo")
        pipeline.add(
            slot: 1, name: "a", fifo: reader, definition: LogDefinition(rotateBytes: 0, timestamps: .none, full: full))
        pipeline.drain(slot: 1, token: 99)
        let output = try fifo.openReadWrite(nonBlocking: true)
        let line = Array((String(repeating: "x", count: 99) + "\n").utf8)
        var written = 0
        /// Writes until nobody has taken anything for a moment, or so much is gone.
        func fill(upTo limit: Int) throws {
            let deadline = MonotonicTime.now() + .seconds(20)
            while written < limit, MonotonicTime.now() < deadline {
                if try line.withUnsafeBytes({ try output.write($0) }) != nil {
                    written += line.count
                } else {
                    usleep(1_000)
                }
                if full == .block, events.all.contains(where: { if case .trouble = $0 { true } else { false } }) {
                    return
                }
            }
        }
        try fill(upTo: 2 << 20)
        let trouble = try harness.events.wait { if case .trouble(slot: 1, _) = $0 { true } else { false } }
        #expect("\(trouble)".contains("does its disk answer?"))
        // Blocked at what the staging area and the pipe hold; or all of it taken, and dropped.
        #expect(full == .drop ? written >= 2 << 20 : written < 1 << 20, "\(written)")
        isHung.withLock { $0 = false }
        isHung.broadcast()
        try harness.events.wait { $0 == .recovered(slot: 1) }
        if full == .drop { try harness.events.wait { if case .dropped(slot: 1, _, _) = $0 { true } else { false } } }
        try harness.drain(pipeline, slot: 1)
        let text = harness.text("a.log").split(separator: "\n")
        let kept = text.filter { $0.allSatisfy { $0 == "x" } }.reduce(0) { $0 + $1.count + 1 }
        let dropped = harness.events.all.reduce(0) { sum, event in
            if case .dropped(_, let bytes, _) = event { sum + bytes } else { sum }
        }
        #expect((0...2).contains(kept + dropped - written), "\(kept) kept, \(dropped) dropped of \(written)")
    }

    @Test(arguments: [false, true])
    func `batches that are written together are complete after a failure at any write`(isStamped: Bool) throws {
        for failing in 1...8 {
            let harness = try LogHarness()
            let bench = try WriterBench(harness)
            let channel = bench.writer.channel(named: "a")
            // Small files: the failure also comes right before and right after a change of the file.
            let definition = LogDefinition(rotateBytes: 30_000, keep: 100, timestamps: isStamped ? .rfc3339 : .none)
            bench.writer.enqueue(.open(slot: 1, definition), for: channel)
            let lines = (0..<6000).map { "line \($0)\n" }
            for part in 0..<4 {
                bench.stage(lines[part * 1500..<(part + 1) * 1500].joined(), stamped: isStamped, for: channel)
            }
            let codes = [ENOSPC, EIO, EDQUOT].map { FaultRule(.write, failing, $0) }
            bench.run(with: FaultPlan([codes[failing % 3], FaultRule(.open, failing, ENOSPC)]))
            let text = harness.text(inOrder: try harness.names())
            let found = isStamped ? unstamped(text).map { $0 + "\n" } : text.split(separator: "\n").map { $0 + "\n" }
            #expect(found == lines, "write and open \(failing) fail")
        }
    }

    @Test func `a write that was cut short by a full disk is finished without a doubled byte`() throws {
        // The batch has several parts, so its beginning is on disk when the next part fails.
        let harness = try LogHarness()
        let bench = try WriterBench(harness)
        let channel = bench.writer.channel(named: "a")
        bench.writer.enqueue(.open(slot: 1, LogDefinition(rotateBytes: 0)), for: channel)
        let lines = (0..<30_000).map { "\($0 % 10)\n" }.joined()
        bench.stage(lines, stamped: true, for: channel)
        bench.run(with: FaultPlan([FaultRule(.write, 2, ENOSPC), FaultRule(.write, 4, ENOSPC)]))
        #expect(unstamped(harness.text("a.log")) == (0..<30_000).map { "\($0 % 10)" })
    }

    @Test func `an instance in trouble is not read, and the others are`() throws {
        let harness = try LogHarness()
        try harness.logs.makeDirectory("a.log")
        let pipeline = try harness.start()
        defer { pipeline.stop(within: .milliseconds(100)) }
        let (fifo, reader) = try harness.fifo("a.fifo")
        let (_, other) = try harness.fifo("b.fifo")
        pipeline.add(slot: 1, name: "a", fifo: reader, definition: LogDefinition())
        pipeline.add(slot: 2, name: "b", fifo: other, definition: LogDefinition())
        try reader.writeAll("x\n")
        try harness.events.wait { if case .trouble(slot: 1, _) = $0 { true } else { false } }
        // The pipe takes what it can hold, and not a byte more leaves it.
        let writer = try fifo.openReadWrite()
        let chunk = [UInt8](repeating: 10, count: 4096)
        var written = 0
        while let count = try chunk.withUnsafeBytes({ bytes in try writer.write(bytes) }) { written += count }
        #expect(written == 65_536)
        try other.writeAll("y\n")
        try harness.drain(pipeline, slot: 2)
        #expect(try reader.available() == 65_536)
    }

    @Test func `many instances share few open files`() throws {
        let harness = try LogHarness()
        let pipeline = try harness.start()
        defer { pipeline.stop() }
        var fifos: [Descriptor] = []
        for slot in 0..<150 {
            let (_, fifo) = try harness.fifo("\(slot).fifo")
            pipeline.add(slot: slot, name: "s\(slot)", fifo: fifo, definition: LogDefinition(timestamps: .none))
            fifos.append(fifo)
        }
        for round in 1...3 {
            for fifo in fifos { try fifo.writeAll("round \(round)\n") }
            for slot in fifos.indices { try harness.drain(pipeline, slot: slot) }
        }
        for slot in fifos.indices { #expect(harness.text("s\(slot).log") == "round 1\nround 2\nround 3\n") }
        let prefix = harness.root.path(of: "logs/")
        var open = 0
        for name in try Descriptor.open("/proc/self/fd", flags: [.readOnly, .directory]).names() {
            var target = [CChar](repeating: 0, count: 4096)
            let count = readlink("/proc/self/fd/\(name)", &target, target.count)
            let path = String(decoding: target.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if path.hasPrefix(prefix) { open += 1 }
        }
        #expect(open == LogWriter.mostOpenFiles)
    }
}

/// A writer whose jobs run on the test's own thread, where faults can be injected.
struct WriterBench {
    let staging: StagingArea
    let writer: LogWriter

    init(_ harness: LogHarness, capacity: Int = 64) throws {
        staging = try StagingArea(in: harness.runtime, capacity: capacity)
        let events = harness.events
        writer = LogWriter(
            directory: try LogDirectory(harness.logs), staging: staging,
            compressor: LogCompressor { events.append($0) }, report: { events.append($0) }, resumeReader: {})
    }

    /// Stages bytes as the reader does, and queues them.
    func stage(_ text: String, stamped: Bool = false, clock: Int64 = 0, for channel: LogChannel) {
        guard case .batch(let batch) = staging.acquire(for: channel) else {
            Issue.record("no buffer")
            return
        }
        StagedBatch.fill(batch, text, of: channel.name, stamped: stamped, clock: clock, in: staging)
        writer.enqueue(.batch(batch), for: channel)
    }

    /// Does all jobs here and now.
    func run(with plan: FaultPlan = FaultPlan([])) {
        let writer = writer
        // Tells it to end when it has nothing left to do.
        writer.endWhenDone(by: MonotonicTime.now() + .seconds(30))
        FaultPlan.during(plan) { writer.run() }
    }
}

extension StagedBatch {
    /// Makes a batch look as after a read.
    static func fill(
        _ batch: StagedBatch, _ text: String, of name: String, stamped: Bool = false, clock: Int64 = 0,
        in staging: StagingArea
    ) {
        batch.sequence = staging.nextSequence
        staging.nextSequence += 1
        batch.clock = clock
        batch.isStamped = stamped
        Array(name.utf8).withUnsafeBytes { batch.setName($0) }
        let bytes = Array(text.utf8)
        batch.bytes(bytes.count).copyBytes(from: bytes)
        batch.progress = .init(.filled, count: bytes.count)
    }
}
