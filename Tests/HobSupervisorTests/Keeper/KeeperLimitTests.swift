import CHobKeeper
import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct KeeperLimitTests {
    @Test func `two thousand descriptors come through`() throws {
        // More than hobd's own soft limit.
        let kept = try KeptSupervisor { $0.limits.append(ResourceLimit(.openFiles, soft: 1024)) }
        _ = try kept.begin()
        #expect(try kept.ask("store-many 2000", "stored-many") == "stored-many 2000 refused 0")
        #expect(try kept.dieAndReturn()["held"] == "2000")
    }

    @Test func `who may lower oom_score_adj does, for both, and says what it was; nobody else is stopped by that`()
        throws
    {
        let kept = try KeptSupervisor { $0.oomScoreAdjustment = 300 }
        let first = try kept.begin()
        let second = try kept.dieAndReturn()
        for life in [first, second] {
            if life["oom"] == "-900" {
                #expect(life["original-oom"] == "\(300 + 1_001)")
            } else {
                #expect(life["oom"] == "300" && life["original-oom"] == "0")
            }
        }
    }

    @Test func `a keeper that is full says so for each one it could not take, and starts the next life all the same`()
        throws
    {
        let kept = try KeptSupervisor()
        _ = try kept.begin()
        try limit("--nofile=40:", of: kept)
        let report = try kept.ask("store-many 50", "stored-many").split(separator: " ")
        let stored = Int(report[1]) ?? -1
        #expect((1..<40).contains(stored) && report[3] == "\(50 - stored)")
        try kept.tell("store-nothing")
        #expect(try kept.next("stored ") == "stored 0.0.0 \(EBADF)")
        #expect(try kept.dieAndReturn()["held"] == "\(stored)")
    }

    @Test func `a fork that fails is tried again, and signals wait for it`() throws {
        // Root may fork beyond its limit. Nobody else is this user.
        let kept = try KeptSupervisor(anybody: true) { if geteuid() == 0 { $0.become(54_321) } }
        _ = try kept.begin()
        try limit("--nproc=1:", of: kept)
        try kept.tell("end 137")
        try kept.waitForOutput("cannot start the supervisor (EAGAIN)")
        try kept.signalKeeper(.terminate)
        try limit("--nproc=1000:", of: kept)
        _ = try kept.nextLife()
        try kept.next("signal 15")
    }

    /// Changes a limit of the keeper as its own user, who needs no right for that.
    private func limit(_ option: String, of kept: KeptSupervisor) throws {
        let user = try FileStatus.of(Descriptor.open("/proc/\(kept.pid)", flags: [.readOnly, .directory])).user
        let child = try TestChild(
            SpawnRequest(executable: "/usr/bin/prlimit", arguments: ["--pid", "\(kept.pid)", option])
                .running(as: geteuid() == 0 ? user : nil))
        #expect(try child.waitForExit() == .exited(code: 0))
    }

    @Test(.enabled(if: geteuid() == 0, "needs a PID namespace of its own"))
    func `PID 1 that is told to stop and finds no supervisor ends everything itself`() throws {
        let kept = try KeptSupervisor(["--keeper-patience", "2"]) { request in
            let words = ["--pid", "--fork", "--kill-child", "--", FixtureProgram.path] + request.arguments
            request = SpawnRequest(executable: "/usr/bin/unshare", arguments: words)
            request.environment = ["PATH=/usr/bin:/bin", "HOB_FIXTURE_LIFETIME=90"]
        }
        #expect(try kept.begin()["keeper"] == "1")
        try kept.tell("spawn deaf")
        try kept.next("spawned")
        try kept.directory.write("137", to: "crash")
        try kept.tell("end 137")
        let children = try Descriptor.open("/proc/\(kept.pid)/task/\(kept.pid)/children").readAll(limit: 100)
        let pid = try #require(Int32(String(decoding: children.filter { $0 != 32 }, as: UTF8.self)))
        try ProcessHandle.open(pid: pid).signal(.terminate)
        try kept.waitForOutput("some are still there: sending SIGKILL")
        #expect(try kept.keeperExit() == .exited(code: 1))
    }
}

extension SpawnRequest {
    mutating func become(_ user: UInt32) {
        self.user = user
        group = user
        supplementaryGroups = []
    }

    func running(as user: UInt32?) -> SpawnRequest {
        var request = self
        if let user { request.become(user) }
        return request
    }
}
