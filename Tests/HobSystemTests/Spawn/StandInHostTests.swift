import Glibc
import HobSystem
import HobTestKit
import Synchronization
import Testing

private let childSignals = Atomic<Int>(0)

/// What the process that hosts a stand-in notices of it, which is nothing: each test is a process of its own.
@Suite(.blocking) struct StandInHostTests {
    @Test func `the host's SIGCHLD handler does not run, and it has no child to wait for`() async {
        await #expect(processExitsWith: .success) {
            signal(SIGCHLD) { _ in childSignals.add(1, ordering: .relaxed) }
            func hasNoChild() -> Bool { waitpid(-1, nil, WNOHANG) == -1 && errno == ECHILD }
            for round in 0..<20 {
                let standIn = try StandIn.fixture("sleep")
                _ = try standIn.spawned()
                #expect(hasNoChild())
                if round % 2 == 0 { try standIn.kill() } else { standIn.letGo() }
                _ = try standIn.last()
                #expect(hasNoChild())
            }
            #expect(childSignals.load(ordering: .relaxed) == 0)
            // A child of the host's own is announced, and is the only one there is.
            var own: pid_t = 0
            var words: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
            #expect(posix_spawn(&own, "/bin/true", nil, nil, &words, environ) == 0)
            var reaped: pid_t = -1
            repeat { reaped = waitpid(-1, nil, 0) } while reaped < 0 && errno == EINTR
            #expect(reaped == own)
            // Whichever thread the signal goes to may be a little later.
            #expect(waitFor { childSignals.load(ordering: .relaxed) == 1 ? true : nil } == true)
        }
    }

    @Test func `a host that ignores SIGCHLD loses no status`() async {
        await #expect(processExitsWith: .success) {
            signal(SIGCHLD, SIG_IGN)
            #expect(try StandIn.fixture("exit", "42").ended() == .exited(code: 42))
            let failing = try StandIn.start(SpawnRequest("/nonexistent"))
            guard case .failed(let failure) = try failing.last() else { exit(1) }
            #expect(failure.stage == .exec && failure.code == ENOENT)
            // It ignores them still.
            let status = String(
                decoding: try Descriptor.open("/proc/self/status").readAll(limit: 65_536), as: UTF8.self)
            let ignored = status.split(separator: "\n").first { $0.hasPrefix("SigIgn:") }
            let mask = UInt64(ignored?.split(separator: "\t").last ?? "", radix: 16) ?? 0
            #expect(mask & (1 << UInt64(SIGCHLD - 1)) != 0)
        }
    }

    @Test func `the host may change its user while a stand-in waits, and its wait is no load`() async {
        await #expect(processExitsWith: .success) {
            let standIn = try StandIn.fixture("sleep")
            let process = try standIn.spawned()
            let tasks = try Descriptor.open("/proc/self/task", flags: [.readOnly, .directory]).names()
            let waiting = tasks.compactMap(Int32.init).filter { ProcessFacts.name(of: $0) == "stand-in" }
            #expect(waiting.count == 1)
            let isAsleep = waitFor { ProcessFacts.of(pid: waiting[0])?.state == UInt8(ascii: "S") ? true : nil }
            #expect(isAsleep == true)
            // glibc lets every thread take part in this, and waits for all.
            alarm(20)
            #expect(setuid(geteuid() == 0 ? 33 : geteuid()) == 0)
            alarm(0)
            // Letting go needs no rights; the process dies by its parent-death signal.
            standIn.letGo()
            guard case .letGo = try standIn.last() else { exit(1) }
            #expect(process.handle.waitForExit(until: patience))
        }
    }

    @Test func `a hundred in a row leave no thread, descriptor or process`() async {
        await #expect(processExitsWith: .success) {
            _ = try StandIn.fixture("exit", "0").ended()
            let threads = threadCount()
            let descriptors = descriptorCount()
            for round in 0..<100 {
                switch round % 4 {
                case 0: _ = try StandIn.fixture("exit", "0").ended()
                case 1: _ = try StandIn.start(SpawnRequest("/nonexistent")).last()
                case 2:
                    let standIn = try StandIn.fixture("sleep")
                    standIn.letGo()
                    _ = try standIn.last()
                default:
                    let standIn = try StandIn.fixture("sleep")
                    try standIn.kill()
                    _ = try standIn.last()
                }
            }
            #expect(waitFor { threadCount() <= threads ? true : nil } == true, "\(threadCount()) threads")
            #expect(waitFor { descriptorCount() <= descriptors ? true : nil } == true)
            #expect(waitFor { ProcessTree.children(of: getpid()).isEmpty ? true : nil } == true)
        }
    }

    @Test func `when the host is killed its stand-ins go, and what they started lives on`() async throws {
        let directory = try TestDirectory()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String] in
            let standIn = try StandIn.fixture("sleep") { $0.parentDeathSignal = nil }
            let process = try standIn.spawned()
            let parent = try #require(ProcessFacts.of(pid: process.pid)).parent
            let identities = try [process.pid, parent].compactMap { try ProcessIdentity.of(pid: $0) }
            let file = try Descriptor.open("\(path)/pids", flags: [.writeOnly, .create])
            try file.writeAll(identities.map { "\($0.pid) \($0.startTime)\n" }.joined())
            raise(SIGKILL)
        }
        let text = try #require(directory.read("pids"))
        let identities = try text.split(separator: "\n").map { line in
            let numbers = line.split(separator: " ")
            return ProcessIdentity(
                pid: try #require(Int32(numbers[0])), startTime: try #require(UInt64(numbers[1])),
                bootID: try Boot.identifier(), pidNamespace: try Boot.pidNamespace())
        }
        let child = try #require(try identities[0].open())
        defer { end(SpawnedProcess(pid: child.pid, handle: child)) }
        #expect(waitFor { identities[1].isAlive ? nil : true } == true)
        #expect(!child.hasExited)
        #expect(waitFor { ProcessFacts.of(pid: child.pid)?.parent != identities[1].pid ? true : nil } == true)
    }

    @Test func `no stand-in to be had is told like any failed start`() async {
        await #expect(processExitsWith: .success) {
            try FaultPlan.armProcess(parsing: "stand-in/clone:1:EAGAIN")
            let standIn = try StandIn.start(SpawnRequest("/bin/true"))
            guard case .failed(let failure) = try standIn.last() else { exit(1) }
            #expect(failure.stage == .clone && failure.code == EAGAIN && failure.isTransient)
            #expect(standIn.process == nil)
            try FaultPlan.armProcess(parsing: "thread:1:EAGAIN")
            #expect(throws: SpawnFailure.self) { try StandIn.start(SpawnRequest("/bin/true")) }
        }
    }
}
