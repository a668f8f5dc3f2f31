import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct StandInTests {
    @Test func `the status comes back: exit codes and signals`() throws {
        for code: Int32 in [0, 1, 77, 255] {
            #expect(try StandIn.fixture("exit", "\(code)").ended() == .exited(code: code))
        }
        for signal in [SIGTERM, SIGKILL, SIGSEGV, SIGXCPU] {
            let status = try StandIn.fixture("signal", "\(signal)").ended()
            #expect(status == .signaled(signal: signal, coreDumped: false))
        }
    }

    @Test func `first it is spawned, then ended, then nothing for ever`() throws {
        let standIn = try StandIn.fixture("exit", "3")
        let process = try standIn.spawned()
        #expect(process.pid == standIn.process?.pid && process.handle === standIn.process?.handle)
        #expect(try standIn.ended() == .exited(code: 3))
        #expect(standIn.next() == nil && standIn.next(until: patience) == nil)
        standIn.letGo()
        try standIn.kill()
        #expect(standIn.next() == nil && standIn.next(until: patience) == nil)
    }

    @Test func `it is no child of ours, and in a session of its own`() throws {
        let standIn = try StandIn.fixture("sleep")
        let process = try standIn.spawned()
        let facts = try #require(ProcessFacts.of(pid: process.pid))
        #expect(facts.parent != getpid() && facts.session == process.pid)
        #expect(ProcessFacts.of(pid: facts.parent)?.parent == getpid())
        #expect(ProcessFacts.name(of: facts.parent) == "stand-in")
        try standIn.kill()
        #expect(try standIn.ended() == .signaled(signal: SIGKILL, coreDumped: false))
    }

    @Test func `what cannot be started is told with its stage`() throws {
        let missing = try StandIn.start(SpawnRequest("/nonexistent/program"))
        guard case .failed(let failure) = try missing.last() else { throw SystemError(code: 0, message: "no failure") }
        #expect(failure.stage == .exec && failure.code == ENOENT && failure.message.contains("/nonexistent/program"))
        #expect(missing.process == nil && missing.next() == nil)
        var request = SpawnRequest("/bin/true")
        request.directory = "/nonexistent"
        guard case .failed(let second) = try StandIn.start(request).last() else {
            throw SystemError(code: 0, message: "no failure")
        }
        #expect(second.stage == .directory && second.code == ENOENT)
        request.descriptors = [DescriptorMapping(source: 1, target: 5), DescriptorMapping(source: 2, target: 5)]
        #expect(throws: SpawnFailure.self) { try StandIn.start(request) }
    }

    @Test func `row 34: it sees 0, 1, 2 and what is declared, nothing of the stand-in`() throws {
        let (read, write) = try Descriptor.pipe()
        let standIn = try StandIn.fixture("report") {
            $0.descriptors = [
                DescriptorMapping(source: write.raw, target: 1), DescriptorMapping(source: write.raw, target: 7),
            ]
        }
        _ = try standIn.spawned()
        // The stand-in holds none of our descriptors: else there would be no end of this file.
        write.close()
        let report = Report(String(decoding: try read.readAll(limit: 1 << 20), as: UTF8.self))
        #expect(Set(report.descriptors.keys) == [0, 1, 2, 7])
        #expect(report["blocked"] == "0000000000000000" && report["ignored"] == "0000000000000000")
        #expect(try standIn.ended() == .exited(code: 0))
    }

    @Test func `what the host closes is closed while the process lives`() throws {
        let standIn = try StandIn.fixture("sleep")
        let (read, write) = try Descriptor.pipe()
        let process = try standIn.spawned()
        write.close()
        #expect(try read.readAll(limit: 1) == [])
        #expect(!process.handle.hasExited)
        let parent = try #require(ProcessFacts.of(pid: process.pid)).parent
        // Its two event counters and the pidfd.
        let held = waitFor { () -> Bool? in
            let names = try? Descriptor.open("/proc/\(parent)/fd", flags: [.readOnly, .directory]).names()
            return names?.count == 3 ? true : nil
        }
        #expect(held == true)
        try standIn.kill()
        _ = try standIn.ended()
    }

    @Test func `let go, it lives on and has another parent`() throws {
        let standIn = try StandIn.fixture("sleep") { $0.parentDeathSignal = nil }
        let process = try standIn.spawned()
        defer { end(process) }
        let before = try #require(ProcessFacts.of(pid: process.pid)).parent
        standIn.letGo()
        guard case .letGo = try standIn.last() else { throw SystemError(code: 0, message: "not let go") }
        let facts = try #require(ProcessFacts.of(pid: process.pid))
        #expect(facts.parent != before && facts.parent != getpid() && !facts.isZombie)
        #expect(ProcessFacts.name(of: before) != "stand-in")
        #expect(standIn.process?.pid == process.pid && standIn.next() == nil)
    }

    @Test func `an object that is dropped lets go`() throws {
        var standIn: StandIn? = try StandIn.fixture("sleep") { $0.parentDeathSignal = nil }
        let process = try #require(standIn).spawned()
        defer { end(process) }
        let before = try #require(ProcessFacts.of(pid: process.pid)).parent
        standIn = nil
        #expect(waitFor { ProcessFacts.of(pid: process.pid)?.parent != before ? true : nil } == true)
        #expect(!process.handle.hasExited)
    }

    @Test func `let go at once: nothing runs, or it is known what runs`() throws {
        var began = 0
        for round in 0..<60 {
            let standIn = try StandIn.fixture("sleep") { $0.parentDeathSignal = nil }
            for _ in 0..<(round % 6) * 20 { sched_yield() }
            standIn.letGo()
            guard case .letGo = try standIn.last() else { throw SystemError(code: 0, message: "not let go") }
            if let process = standIn.process {
                began += 1
                #expect(!process.handle.hasExited)
                end(process)
            }
        }
        print("let go at once: \(began) of 60 had begun")
    }

    @Test func `killed at once: nothing runs, whenever the order comes`() throws {
        for round in 0..<60 {
            let standIn = try StandIn.fixture("sleep") { $0.parentDeathSignal = nil }
            for _ in 0..<(round % 6) * 20 { sched_yield() }
            try standIn.kill()
            switch try standIn.last() {
            case .failed(let failure): #expect(failure.code == ECANCELED)
            case .ended(let status): #expect(status == .signaled(signal: SIGKILL, coreDumped: false))
            case .spawned, .letGo: Issue.record("it was let go")
            }
        }
    }

    @Test func `a stand-in that somebody kills lets go`() throws {
        let standIn = try StandIn.fixture("sleep") { $0.parentDeathSignal = nil }
        let process = try standIn.spawned()
        defer { end(process) }
        let parent = try ProcessHandle.open(pid: try #require(ProcessFacts.of(pid: process.pid)).parent)
        try parent.signal(.kill)
        guard case .letGo = try standIn.last() else { throw SystemError(code: 0, message: "not let go") }
        #expect(!process.handle.hasExited)
    }

    @Test func `many at once, on one event loop`() throws {
        let loop = try EventLoop()
        var standIns: [StandIn] = []
        var statuses: [Int: HobSystem.ExitStatus] = [:]
        var failures: [SpawnFailure] = []
        for number in 0..<100 {
            let standIn = try StandIn.fixture("exit", "\(number)")
            standIns.append(standIn)
            try loop.watch(standIn.raw, events: .read) { _ in
                switch standIn.next() {
                case .ended(let status): statuses[number] = status
                case .failed(let failure): failures.append(failure)
                case .spawned, .letGo, nil: break
                }
            }
        }
        _ = try loop.run(until: patience) { statuses.count + failures.count == 100 }
        #expect(failures.isEmpty)
        for number in 0..<100 { #expect(statuses[number] == .exited(code: Int32(number))) }
    }
}
