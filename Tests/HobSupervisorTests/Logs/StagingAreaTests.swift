import Glibc
import HobSupervisorCore
import HobSystem
import HobTestKit
import Testing

@testable import HobSupervisor

@Suite(.blocking) struct StagingAreaTests {
    @Test func `one buffer takes up memory at first, and after a burst again`() throws {
        let harness = try LogHarness()
        let bench = try WriterBench(harness)
        #expect(bench.staging.presentCount <= 1)
        let channels = (0..<10).map { bench.writer.channel(named: "c\($0)") }
        let taken = channels.compactMap { channel -> (LogChannel, StagedBatch)? in
            if case .batch(let batch) = bench.staging.acquire(for: channel) { (channel, batch) } else { nil }
        }
        #expect(taken.map(\.1.index) == Array(0..<10))
        #expect(bench.staging.presentCount == 10)
        for (channel, batch) in taken { _ = bench.staging.release(batch, of: channel) }
        bench.staging.trim()
        #expect(bench.staging.presentCount == 1)
        guard case .batch(let first) = bench.staging.acquire(for: channels[0]),
            case .batch(let second) = bench.staging.acquire(for: channels[1])
        else {
            Issue.record("no buffer after the trim")
            return
        }
        #expect([first.index, second.index] == [0, 1])
    }

    @Test func `one instance gets few buffers, the last quarter is for those who have none`() throws {
        let harness = try LogHarness()
        let bench = try WriterBench(harness, capacity: 8)
        let noisy = (0..<3).map { bench.writer.channel(named: "noisy\($0)") }
        var taken = [Int](repeating: 0, count: 3)
        for round in 0..<6 {
            for (index, channel) in noisy.enumerated() {
                switch bench.staging.acquire(for: channel) {
                case .batch: taken[index] += 1
                case .channelIsBehind: #expect(round >= 2)
                case .exhausted: Issue.record("exhausted in round \(round)")
                }
            }
        }
        #expect(taken == [2, 2, 2])
        let quiet = (0..<2).map { bench.writer.channel(named: "quiet\($0)") }
        for channel in quiet {
            guard case .batch = bench.staging.acquire(for: channel) else {
                Issue.record("nothing left for the quiet")
                return
            }
        }
        guard case .exhausted = bench.staging.acquire(for: bench.writer.channel(named: "late")) else {
            Issue.record("a ninth buffer of eight")
            return
        }
    }

    @Test func `the reader is told when a buffer is free that it waits for`() throws {
        let harness = try LogHarness()
        let bench = try WriterBench(harness)
        let channel = bench.writer.channel(named: "a")
        var taken: [StagedBatch] = []
        while case .batch(let batch) = bench.staging.acquire(for: channel) { taken.append(batch) }
        #expect(taken.count == StagingArea.mostPerChannel)
        // Not at the first one: it would stop again at once.
        let answers = taken.map { bench.staging.release($0, of: channel) }
        #expect(answers == [false, true, false, false])
    }

    @Test func `a stalled instance gets no buffer until it is well again`() throws {
        let harness = try LogHarness()
        let bench = try WriterBench(harness)
        let channel = bench.writer.channel(named: "a")
        #expect(!bench.staging.setStalled(true, channel))
        guard case .channelIsBehind = bench.staging.acquire(for: channel) else {
            Issue.record("a buffer for a stalled instance")
            return
        }
        #expect(bench.staging.setStalled(false, channel))
        guard case .batch = bench.staging.acquire(for: channel) else {
            Issue.record("no buffer for a recovered instance")
            return
        }
    }

    @Test func `a runtime directory that is full refuses with a sentence`() throws {
        let harness = try LogHarness()
        let plan = FaultPlan([FaultRule(.mmap, 1, ENOMEM)])
        do {
            _ = try FaultPlan.during(plan) { try StagingArea(in: harness.runtime) }
            Issue.record("it was made")
        } catch let error as SystemError {
            #expect(error.message.contains("log.staging"))
        }
    }
}
