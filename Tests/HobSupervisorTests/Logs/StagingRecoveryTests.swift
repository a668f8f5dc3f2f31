import Glibc
import HobSupervisorCore
import HobSystem
import HobTestKit
import Testing

@testable import HobSupervisor

/// The states in which a kill can leave the staging area, built by hand, and what the next life makes of them.
@Suite(.blocking) struct StagingRecoveryTests {
    private let stamp = "1970-01-01T00:00:01.000Z "

    @Test func `a read that has not happened leaves nothing`() throws {
        let harness = try LogHarness()
        try leave(harness) { batch, _ in
            batch.poison()
            batch.progress = .init(.reading, count: 6)
        }
        try recover(harness)
        #expect(try harness.names() == [])
    }

    @Test func `a read that has happened and was not recorded is written`() throws {
        let harness = try LogHarness()
        try leave(harness) { batch, _ in
            batch.poison()
            copy("lines\n", to: batch)
            batch.progress = .init(.reading, count: 6)
        }
        try recover(harness)
        #expect(harness.text("a.log") == "\(stamp)lines\n")
    }

    @Test func `a read of one byte is told from none`() throws {
        let harness = try LogHarness()
        try leave(harness) { batch, _ in
            batch.poison()
            copy("\n", to: batch)
            batch.progress = .init(.reading, count: 1)
        }
        try recover(harness)
        #expect(harness.text("a.log") == "\(stamp)\n")
    }

    @Test func `what was read and not begun is appended with the stamp of its read`() throws {
        let harness = try LogHarness()
        try write("\(stamp)old li", harness)
        try leave(harness) { batch, _ in copyFilled("ne\nnew\n", to: batch) }
        try recover(harness)
        #expect(harness.text("a.log") == "\(stamp)old line\n\(stamp)new\n")
    }

    @Test(arguments: [0, 1, 24, 25, 26, 30, 31])
    func `a write that was cut after any byte is made again from its place`(cut: Int) throws {
        let harness = try LogHarness()
        let whole = "\(stamp)lines\n"
        try write("\(stamp)old\n" + whole.prefix(cut), harness)
        try leave(harness) { batch, status in
            copyFilled("lines\n", to: batch)
            batch.target = .init(inode: status.inode, device: status.device, length: 29, isWithinLine: false)
            batch.progress = .init(.writing, count: 6)
        }
        try recover(harness)
        #expect(harness.text("a.log") == "\(stamp)old\n" + whole)
    }

    @Test func `a write that was cut goes on in its file, also when that has another name by now`() throws {
        let harness = try LogHarness()
        try write("\(stamp)old\n\(stamp)li", harness)
        try leave(harness) { batch, status in
            copyFilled("lines\nopen", to: batch)
            batch.target = .init(inode: status.inode, device: status.device, length: 29, isWithinLine: false)
            batch.progress = .init(.writing, count: 10)
        }
        try harness.logs.rename("a.log", to: "a.log.000001")
        try write("", harness)
        try recover(harness)
        #expect(harness.text("a.log.000001") == "\(stamp)old\n\(stamp)lines\n\(stamp)open")
        #expect(harness.text("a.log") == "")
    }

    @Test func `a write to a file that is gone begins again in a new one`() throws {
        let harness = try LogHarness()
        try write("\(stamp)li", harness)
        // The old inode stays in use, lest the new file gets its number.
        let held = try Descriptor.open("a.log", in: harness.logs)
        try leave(harness) { batch, status in
            copyFilled("lines\n", to: batch)
            batch.target = .init(inode: status.inode, device: status.device, length: 0, isWithinLine: false)
            batch.progress = .init(.writing, count: 6)
        }
        try harness.logs.remove("a.log")
        try recover(harness)
        #expect(harness.text("a.log") == "\(stamp)lines\n")
        held.close()
    }

    @Test func `after a rotation in the middle of a batch only its rest is written`() throws {
        let harness = try LogHarness()
        try write("\(stamp)first\n", harness, "a.log.000001")
        try leave(harness) { batch, _ in
            copyFilled("first\nsecond\n", to: batch)
            batch.progress = .init(.filled, count: 13, done: 6)
        }
        try recover(harness)
        #expect(harness.text("a.log.000001") == "\(stamp)first\n")
        #expect(harness.text("a.log") == "\(stamp)second\n")
    }

    @Test func `several batches are written in the order of their reads`() throws {
        let harness = try LogHarness()
        do {
            let bench = try WriterBench(harness)
            let channel = bench.writer.channel(named: "a")
            let batches = (0..<4).compactMap { _ -> StagedBatch? in
                if case .batch(let batch) = bench.staging.acquire(for: channel) { batch } else { nil }
            }
            // Buffers are used in another order than they lie in the file.
            for (text, index) in [("one\n", 2), ("two\n", 0), ("thr", 3), ("ee\n", 1)] {
                StagedBatch.fill(batches[index], text, of: "a", in: bench.staging)
            }
        }
        try recover(harness)
        #expect(harness.text("a.log") == "one\ntwo\nthree\n")
    }

    @Test func `what comes after is read into other buffers and written behind`() throws {
        let harness = try LogHarness()
        try leave(harness) { batch, _ in copyFilled("left\n", to: batch) }
        let (_, fifo) = try harness.fifo("a.fifo")
        try fifo.writeAll("later\n")
        let pipeline = try harness.start()
        pipeline.add(slot: 1, name: "a", fifo: fifo, definition: LogDefinition())
        pipeline.stop()
        #expect(unstamped(harness.text("a.log")) == ["left", "later"])
    }

    @Test func `what cannot be written on a full disk waits for the next life`() throws {
        let harness = try LogHarness()
        try harness.logs.makeDirectory("a.log")
        let (_, fifo) = try harness.fifo("a.fifo")
        let pipeline = try harness.start()
        pipeline.add(slot: 1, name: "a", fifo: fifo, definition: LogDefinition())
        try fifo.writeAll("patience\n")
        try harness.events.wait { if case .trouble(slot: 1, _) = $0 { true } else { false } }
        pipeline.stop(within: .milliseconds(50))
        try harness.logs.removeDirectory("a.log")
        try recover(harness)
        #expect(unstamped(harness.text("a.log")) == ["patience"])
    }

    @Test func `a damaged or foreign staging file is no reason to fail`() throws {
        let harness = try LogHarness()
        let random = try Descriptor.open("/dev/urandom")
        let staging = try StagingArea(in: harness.runtime)
        let size = try FileStatus.of("log.staging", in: harness.runtime).size
        withExtendedLifetime(staging) {}
        for damage in ["short", "random behind the magic"] {
            let file = try Descriptor.open("log.staging", in: harness.runtime, flags: .readWrite)
            if damage == "short" {
                try file.truncate(to: 100)
            } else {
                try file.truncate(to: size)
                var noise = [UInt8](repeating: 0, count: 24_000)
                _ = try noise.withUnsafeMutableBytes { bytes in try random.read(into: bytes) }
                try noise.withUnsafeBytes { bytes in try file.writeAll(bytes, at: 8) }
            }
            try recover(harness)
            #expect(try harness.names() == [])
        }
    }

    // MARK: Helpers

    /// Leaves one batch of instance `a` in the staging file, as a killed process does.
    private func leave(_ harness: LogHarness, _ change: (StagedBatch, FileStatus) -> Void) throws {
        let status = try FileStatus.of(harness.names().contains("a.log") ? "a.log" : ".", in: harness.logs)
        let bench = try WriterBench(harness)
        guard case .batch(let batch) = bench.staging.acquire(for: bench.writer.channel(named: "a")) else {
            Issue.record("no buffer")
            return
        }
        batch.sequence = 7
        batch.clock = 1000
        batch.isStamped = true
        Array("a".utf8).withUnsafeBytes { batch.setName($0) }
        change(batch, status)
    }

    private func copy(_ text: String, to batch: StagedBatch) {
        batch.bytes(text.utf8.count).copyBytes(from: text.utf8)
    }

    private func copyFilled(_ text: String, to batch: StagedBatch) {
        copy(text, to: batch)
        batch.progress = .init(.filled, count: text.utf8.count)
    }

    /// The next life, to its end; it reports nothing, and leaves nothing for the one after it.
    private func recover(_ harness: LogHarness) throws {
        let events = EventRecord<LogEvent>()
        let pipeline = try LogPipeline(logs: harness.logs, runtime: harness.runtime) { events.append($0) }
        pipeline.stop()
        #expect(events.all == [])
        #expect(try StagingArea(in: harness.runtime).leftovers.isEmpty)
    }

    private func write(_ text: String, _ harness: LogHarness, _ name: String = "a.log") throws {
        try Descriptor.open(name, in: harness.logs, flags: [.writeOnly, .create, .truncate]).writeAll(text)
    }
}
