import ControllerScenarios
import Glibc
import HobController
import HobPolicy
import HobSystem
import HobTestKit
import Testing

@Suite("Many processes that connect at once", .ownThread)
struct ConnectStormTests {
    private static let callers = 20
    private static let rounds = 50

    /// One of the processes; it answers one line for each line it gets.
    private final class Caller {
        let child: TestChild
        let input: Descriptor
        private var read = ""

        init(_ directory: String) throws {
            let pipe = try Descriptor.pipe()
            var request = SpawnRequest(
                executable: FixtureProgram.path(of: "controller-host"), arguments: ["connect", directory])
            request.descriptors = [DescriptorMapping(source: pipe.read.raw, target: 0)]
            child = try TestChild(request)
            input = pipe.write
        }

        func answer() throws -> String {
            let deadline = MonotonicTime.now() + .seconds(60)
            while true {
                if let end = read.firstIndex(of: "\n") {
                    defer { read = String(read[read.index(after: end)...]) }
                    return String(read[..<end])
                }
                guard child.output.waitReadable(until: deadline) else { return "no answer" }
                var bytes = [UInt8](repeating: 0, count: 4096)
                let count = bytes.withUnsafeMutableBytes { Glibc.read(child.output.raw, $0.baseAddress, $0.count) }
                guard count > 0 else { return "it has ended" }
                read += String(decoding: bytes[..<count], as: UTF8.self)
            }
        }
    }

    @Test("20 processes x 50 rounds: one start each time, also when it is killed in between, and nobody gets an error")
    func storm() throws {
        let seed = UInt64.random(in: 1...1_000_000)
        var generator = SplitMix64(seed: seed)
        let daemon = try ControlledDaemon()
        let callers = try (0..<Self.callers).map { _ in try Caller(daemon.directory.path) }
        for caller in callers { #expect(try caller.answer() == "ready") }
        var starts = 0
        for round in 1...Self.rounds {
            for caller in callers { try caller.input.writeAll("go\n") }
            // In every third round somebody kills it while they are at it, at any moment of its life.
            var kills = 0
            if round % 3 == 0 {
                usleep(UInt32.random(in: 0..<30_000, using: &generator))
                if try kill(daemon) { kills += 1 }
            }
            for caller in callers {
                let answer = try caller.answer()
                #expect(answer == "connected", "round \(round), seed \(seed)")
            }
            let now = (daemon.text("starts") ?? "").split(separator: "\n").count
            #expect((1...(1 + kills)).contains(now - starts), "round \(round), seed \(seed): \(now - starts) starts")
            starts = now
            #expect(daemon.processes.count == 1 || kills > 0, "round \(round), seed \(seed): \(daemon.processes)")
            _ = try kill(daemon)
        }
    }

    /// Kills what runs now with -9 and waits for its end; false when nothing runs.
    private func kill(_ daemon: ControlledDaemon) throws -> Bool {
        guard let pid = try daemon.controller.pid(), let handle = try? ProcessHandle.open(pid: pid),
            try daemon.controller.pid() == pid, try handle.signal(.kill)
        else { return false }
        return handle.waitForExit(until: MonotonicTime.now() + .seconds(20))
    }
}
