import Glibc
import HobPolicy
import HobSupervisor
import HobSupervisorCore
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct LogCrashTests {
    /// Two services flood, one as fast as it can, one line by line, while the log path is killed with -9 and begun
    /// anew 50 times.
    @Test func `row 116: killed 50 times under two floods, no line is lost, doubled or torn`() async throws {
        let harness = try LogHarness()
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(seed: seed)
        var children: [TestChild] = []
        var fifos: [Descriptor] = []
        let widths = [100, 40]
        for (index, width) in widths.enumerated() {
            let (fifo, keeper) = try harness.fifo("\(index).fifo")
            fifos.append(keeper)
            let output = try fifo.openReadWrite(nonBlocking: false)
            let pace = index == 0 ? [] : ["--rate", "100000"]
            var request = SpawnRequest(
                FixtureProgram.path, ["flood", "--lines", "0", "--bytes", "\(width)"] + pace)
            request.descriptors = [DescriptorMapping(source: output.raw, target: 1)]
            children.append(try TestChild(request))
        }
        for _ in 0..<50 {
            let life = Int.random(in: 0...20_000, using: &random)
            let root = harness.root.path
            await #expect(processExitsWith: .signal(SIGKILL)) { [root = root as String, life = life as Int] in
                try LogCrashTests.live(in: root, microseconds: life)
            }
        }
        for child in children {
            try child.process.handle.signal(.terminate)
        }
        // The last life reads what the floods still hold back.
        let pipeline = try harness.start()
        for (slot, fifo) in fifos.enumerated() {
            pipeline.add(slot: slot, name: "f\(slot)", fifo: fifo, definition: Self.definition)
        }
        for child in children { #expect(try child.waitForExit() == .exited(code: 0)) }
        for slot in fifos.indices { try harness.drain(pipeline, slot: slot) }
        pipeline.stop()
        for (slot, width) in widths.enumerated() {
            let lines = try NumberedLines(of: "f\(slot)", in: harness.logs, width: width)
            #expect(lines.problems == [], "seed \(seed)")
            #expect(lines.count > 1000)
        }
    }

    private static let definition = LogDefinition(rotateBytes: 1_000_000, keep: 100_000)

    /// One life of the log path: it ends by SIGKILL at a random moment.
    private static func live(in root: String, microseconds: Int) throws {
        let logs = try Descriptor.open("\(root)/logs", flags: [.readOnly, .directory])
        let runtime = try Descriptor.open("\(root)/run", flags: [.readOnly, .directory])
        let pipeline = try LogPipeline(logs: logs, runtime: runtime) { _ in }
        for slot in 0..<2 {
            let fifo = try Descriptor.open("\(slot).fifo", in: runtime, flags: [.readWrite, .nonBlocking])
            pipeline.add(slot: slot, name: "f\(slot)", fifo: fifo, definition: definition)
        }
        // The moment is what the test is about: no event could announce it.
        usleep(UInt32(microseconds))
        kill(getpid(), SIGKILL)
    }
}
