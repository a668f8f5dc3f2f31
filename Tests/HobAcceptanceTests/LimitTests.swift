import Glibc
import HobClient
import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// Limits that are really reached: descriptors, processes, connections; and directories that really vanish.
@Suite(.blocking) struct LimitTests {
    @Test func `up refuses with numbers what cannot have its descriptors, and starts nothing`() throws {
        try Sandbox.with("services: { many: { command: sleep 1000, instances: 60 } }") { sandbox in
            try FaultBench.install(in: sandbox, launch: "ulimit -n 160; exec")
            let refused = try sandbox.hob("up", "-d")
            #expect(refused.status == 78, "\(refused)")
            // 160 but for the reserve of an eighth; 60 instances with 2 each, hobd itself, and its clients.
            #expect(refused.err.contains("60 instances need 201 file descriptors in hobd (2 each"), "\(refused)")
            #expect(refused.err.contains("its limit is 140") && refused.err.contains("LimitNOFILE="), "\(refused)")
            try sandbox.write("services: { many: { command: sleep 1000, instances: 20 } }")
            try sandbox.succeed("up", "-d")
            let scaled = try sandbox.hob("scale", "many=60")
            #expect(scaled.status == 78 && scaled.err.contains("60 instances need"), "\(scaled)")
            #expect(try sandbox.statuses().count == 20)
        }
    }

    @Test func `without a descriptor left, a service says so with its retry, status answers, and all comes back`()
        throws
    {
        try FaultBench.with({ _ in "services: { a: { command: sleep 1000 }, b: { command: sleep 1000 } }" }) { bench in
            let used = try Descriptor.open("/proc/\(bench.pid)/fd", flags: [.readOnly, .directory]).names().compactMap {
                UInt64($0)
            }
            let original = try ProcessLimits.get(.openFiles, pid: bench.pid)
            // The limit is about numbers, so none above the highest in use; gaps below it are filled by connections.
            try ProcessLimits.set(ResourceLimit(.openFiles, soft: (used.max() ?? 0) + 1), pid: bench.pid)
            var held: [SupervisorConnection] = []
            let gaps = Int(used.max() ?? 0) + 1 - used.count
            for _ in 0...gaps { held.append(try FaultBench.connect(bench.sandbox)) }
            try bench.order(.signal, "a") { $0.signal = SIGKILL }
            let status = try bench.wait("the reason") { statuses in
                statuses.contains { $0.instance == "a" && $0.reason?.contains("too many open files") == true }
            }.first { $0.instance == "a" }
            #expect(status?.state == .backingOff && status?.next == "the next start" && status?.nextIn != nil)
            // A client that comes only now is heard, too.
            bench.latencies = []
            for _ in 0..<10 { _ = try bench.statuses() }
            #expect(bench.latencies.sorted()[5] < .milliseconds(50))
            #expect(try bench.sandbox.succeed("why", "a").out.contains("raise RLIMIT_NOFILE"))
            try ProcessLimits.set(ResourceLimit(.openFiles, soft: original.soft), pid: bench.pid)
            try bench.waitUntilWell("after the limit was raised")
            #expect(try bench.statuses().first { $0.instance == "b" }?.restarts == 0)
            _ = held
        }
    }

    @Test(.enabled(if: geteuid() == 0, "another user's processes can only be counted apart by root"))
    func `without a process left, services say so and start by themselves when there is room`() throws {
        let user: UInt32 = 54_377
        try FaultBench.with(
            { _ in
                """
                services:
                  many:
                    command: sleep 1000
                    instances: 12
                    restart: { delay: 20ms..200ms }
                """
            }, user: user, up: ["--no-wait"]
        ) { bench in
            try bench.waitUntilWell("the beginning")
            // Threads count as well: as many as there are now, so nothing that ends can be replaced at once.
            try limit(bench.pid, of: user, to: 3)
            try bench.order(.signal, "many") { $0.signal = SIGKILL }
            let status = try bench.wait("the reason") { statuses in
                statuses.contains { $0.reason?.contains("RLIMIT_NPROC") == true && $0.nextIn != nil }
            }
            #expect(status.allSatisfy { $0.state != .failed })
            bench.latencies = []
            for _ in 0..<10 { _ = try bench.statuses() }
            #expect(bench.latencies.sorted()[5] < .milliseconds(50))
            try limit(bench.pid, of: user, to: 500)
            try bench.waitUntilWell("after the limit was raised")
        }
    }

    /// Only that user may do it without CAP_SYS_RESOURCE.
    private func limit(_ pid: Int32, of user: UInt32, to count: Int) throws {
        var request = SpawnRequest("/usr/bin/prlimit", ["--pid", String(pid), "--nproc=\(count):"])
        request.become(user)
        #expect(try TestChild(request).waitForExit() == .exited(code: 0))
    }

    @Test func `clients that hold connections for nothing make way for one that asks`() throws {
        try FaultBench.with({ _ in "services: { a: { command: sleep 1000 } }" }, launch: { _ in "ulimit -n 256; exec" })
        {
            bench in
            var held: [SupervisorConnection] = []
            // An eighth of the limit may be connected; these are more than that and the backlog together.
            for _ in 0..<200 { held.append(try FaultBench.connect(bench.sandbox)) }
            let began = MonotonicTime.now()
            let fresh = try FaultBench.connect(bench.sandbox)
            let statuses = try fresh.statuses(of: [])
            #expect(statuses.count == 1 && MonotonicTime.now() - began < .milliseconds(500))
            #expect(fresh.greeting.pid == bench.pid)
            _ = held
        }
    }

    @Test func `a client that never reads is cut off, and keeps nobody waiting`() throws {
        try FaultBench.with({ _ in "services: { a: { command: sleep 1000, instances: 30 } }" }) { bench in
            let deaf = try UnixSocket.connect(
                in: Descriptor.open(bench.sandbox.runtime, flags: [.readOnly, .directory]), name: "control.sock")
            let request = JSONWriter.line(of: Request(id: "deaf", verb: .status).json)
            let child = try ProcessHandle.open(pid: bench.pid)
            bench.latencies = []
            var isCutOff = false
            let deadline = MonotonicTime.now() + .seconds(20)
            while !isCutOff, MonotonicTime.now() < deadline {
                if send(deaf.raw, request, request.count, Int32(MSG_NOSIGNAL)) < 0 {
                    isCutOff = errno == EPIPE || errno == ECONNRESET
                    usleep(1_000)
                }
                if bench.latencies.count < 200 { _ = try bench.statuses() }
            }
            #expect(isCutOff)
            #expect(!child.hasExited && (bench.latencies.max() ?? .zero) < .milliseconds(500))
            #expect(bench.sandbox.read(".hob/state/hobd.log").contains("does not read its answers: cut off"))
            #expect(try bench.statuses().count == 30)
        }
    }

    @Test func `a log directory that is removed while services write is made again`() throws {
        let yml = """
            services:
              ticker:
                command: "while :; do echo tick; sleep 0.02; done"
                shell: true
            """
        try FaultBench.with({ _ in yml }) { bench in
            let path = bench.sandbox.file(".hob/logs")
            try bench.wait("a line") { _ in bench.sandbox.read(".hob/logs/ticker.log").contains("tick") }
            #expect(try TestChild(SpawnRequest("/bin/rm", ["-rf", path])).waitForExit() == .exited(code: 0))
            try bench.wait("lines again") { _ in bench.sandbox.read(".hob/logs/ticker.log").contains("tick") }
            #expect(try bench.statuses().first?.restarts == 0)
        }
    }

    @Test func `a runtime directory that vanishes is made again: the socket answers, services start and speak`() throws
    {
        let yml = { (sandbox: Sandbox) in
            """
            services:
              a: { command: "\(sandbox.fixture) notify --watchdog", ready: { notify: true }, watchdog: 2s }
              b: { command: "\(sandbox.fixture) flood --lines 3 --bytes 40 --stay" }
            """
        }
        try FaultBench.with(yml) { bench in
            let before = try bench.statuses().map(\.pid)
            let runtime = bench.sandbox.runtime
            #expect(try TestChild(SpawnRequest("/bin/rm", ["-rf", runtime])).waitForExit() == .exited(code: 0))
            try bench.wait("the socket") { _ in access("\(runtime)/control.sock", F_OK) == 0 }
            let next = try FaultBench.connect(bench.sandbox)
            #expect(next.greeting.pid == bench.pid)
            #expect(try bench.statuses().map(\.pid) == before)
            // Longer than a watchdog's period: its sign of life arrives at the new socket.
            let limit = MonotonicTime.now() + .milliseconds(2_500)
            try bench.wait("a period of the watchdog") { _ in MonotonicTime.now() > limit }
            #expect(try bench.statuses().map(\.pid) == before)
            try bench.sandbox.succeed("restart")
            try bench.waitUntilWell("after a restart")
            try bench.sandbox.succeed("logs", "b")
            #expect(bench.sandbox.lines(".hob/logs/b.log").count == 6)
        }
    }
}
