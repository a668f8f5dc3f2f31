import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// Disks that neither take nor refuse.
@Suite(.blocking) struct HungDiskTests {
    @Test func `a log disk that hangs is told within two seconds, and holds up nobody`() throws {
        let yml = { (sandbox: Sandbox) in
            """
            services:
              talker:
                command: \(sandbox.fixture) flood --lines 8000 --bytes 100 --stay
                log: { rotate: never }
                stop: [TERM 200ms, KILL]
              other: { command: sleep 1000, stop: [TERM 200ms, KILL] }
            """
        }
        try FaultBench.with(yml, up: ["other"]) { bench in
            try bench.arm("log-writer/write:*:SLEEP2500")
            let follower = try bench.sandbox.follow()
            let began = MonotonicTime.now()
            try bench.order(.start, "talker")
            try follower.wait("announcement") { $0.message?.contains("does its disk answer?") == true }
            #expect(MonotonicTime.now() - began < .seconds(3))
            bench.latencies = []
            for _ in 0..<30 { _ = try bench.statuses() }
            #expect(bench.latencies.sorted()[15] < .milliseconds(50))
            // Others start and stop meanwhile.
            #expect(try bench.sandbox.hob("restart", "other").status == 0)
            try bench.lift()
            try follower.wait("recovery") { $0.message == "logging works again" && $0.instance == "talker" }
            try bench.wait("all lines") { _ in bench.sandbox.lines(".hob/logs/talker.log").count == 8_000 }
            #expect(try bench.statuses().allSatisfy { $0.logTrouble == nil })
        }
    }

    @Test func `a state disk that hangs holds up no answer for more than five seconds`() throws {
        try FaultBench.with({ _ in "services: { a: { command: sleep 1000 }, b: { command: sleep 1000 } }" }) { bench in
            try bench.arm("state/fsync:*:SLEEP8000")
            let run = try bench.sandbox.start(["stop", "b"])
            try bench.wait("b is down") { $0.contains { $0.instance == "b" && $0.state == .stopped } }
            bench.latencies = []
            for _ in 0..<30 { _ = try bench.statuses() }
            #expect(bench.latencies.sorted()[15] < .milliseconds(50))
            let result = try run.finish()
            #expect(result.status == 1 && result.out.contains("b stopped"), "\(result)")
            #expect(result.err.contains("not stored") && result.err.contains("does not answer"), "\(result)")
            #expect(result.elapsed > .seconds(4) && result.elapsed < .seconds(8), "\(result)")
            try bench.lift()
            try bench.wait("stored", within: .seconds(30)) { _ in
                bench.sandbox.read(".hob/state/wanted").contains("\"down\":[\"b\"]")
            }
        }
    }
}
