import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct SpawnFailureTests {
    private func failure(
        _ executable: String = "/bin/true", changing change: (inout SpawnRequest) -> Void = { _ in }
    ) -> SpawnFailure? {
        var request = SpawnRequest(executable)
        change(&request)
        request.parentDeathSignal = SIGKILL
        return #expect(throws: SpawnFailure.self) { try Spawner.shared.spawn(request) }
    }

    @Test func `exec: a missing file is said at once, with its path`() {
        let found = failure("/nonexistent/program")
        #expect(found?.stage == .exec && found?.code == ENOENT)
        #expect(found?.description.hasPrefix("cannot start /nonexistent/program: no such file") == true)
    }

    @Test func `exec: a word is looked for in the search path`() throws {
        let missing = failure("no-such-program") { $0.searchPath = "/bin:/usr/bin" }
        #expect(missing?.stage == .exec && missing?.code == ENOENT)
        #expect(missing?.message.contains("no such program in /bin:/usr/bin") == true)
        let directory = try TestDirectory()
        try directory.write("#!/bin/sh\n", to: "locked", mode: 0o644)
        #expect(failure("locked") { $0.searchPath = "\(directory.path):/bin" }?.code == EACCES)
        try directory.write("#!/bin/sh\nexit 3\n", to: "true", mode: 0o644)
        // The first one may not be executed, so the next directory's turn comes.
        var request = SpawnRequest("true")
        request.searchPath = "/dev/null:\(directory.path):/bin"
        #expect(try TestChild(request).waitForExit() == .exited(code: 0))
    }

    @Test func `exec: neither program nor script is named as such`() throws {
        let directory = try TestDirectory()
        try directory.write("echo no first line\n", to: "script", mode: 0o755)
        let found = failure(directory.path(of: "script"))
        #expect(found?.stage == .exec && found?.code == ENOEXEC)
        #expect(found?.message.contains("#!INTERPRETER") == true)
    }

    @Test func `exec: too long an argument`() {
        let found = failure { $0.arguments = [String(repeating: "x", count: 1 << 18)] }
        #expect(found?.stage == .exec && found?.code == E2BIG)
    }

    @Test func `directory: missing, and forbidden to the new user`() throws {
        let missing = failure { $0.directory = "/nonexistent" }
        #expect(missing?.stage == .directory && missing?.code == ENOENT)
        #expect(missing?.message.contains("/nonexistent") == true)
        guard geteuid() == 0 else { return }
        let directory = try TestDirectory()
        let forbidden = failure { request in
            request.user = 33
            request.directory = directory.path
        }
        #expect(forbidden?.stage == .directory && forbidden?.code == EACCES)
        #expect(forbidden?.message.contains("user 33") == true)
    }

    @Test func `descriptors: a source that is not open`() {
        let found = failure { $0.descriptors = [DescriptorMapping(source: 9999, target: 3)] }
        #expect(found?.stage == .descriptors && found?.code == EBADF)
        #expect(found?.message.contains("9999") == true)
    }

    @Test func `limits: soft above hard`() {
        let found = failure { $0.limits = [ResourceLimit(.openFiles, soft: 200, hard: 100)] }
        #expect(found?.stage == .limits && found?.code == EINVAL)
        #expect(found?.message.contains("RLIMIT_NOFILE") == true)
    }

    @Test func `oom: out of range`() {
        let found = failure { $0.oomScoreAdjustment = 5000 }
        #expect(found?.stage == .oom && found?.code == EINVAL)
    }

    @Test func `umask: out of range`() {
        #expect(failure { $0.umask = 0o1000 }?.stage == .umask)
    }

    @Test func `chroot: missing`() {
        let found = failure { $0.root = "/nonexistent" }
        #expect(found?.stage == .chroot)
        #expect(found?.code == ENOENT)
    }

    @Test func `cgroup: a directory that is none`() throws {
        let directory = try TestDirectory()
        let found = failure { $0.cgroup = directory.descriptor.raw }
        #expect(found?.stage == .cgroup && found?.code != 0)
    }

    @Test func `session: no terminal to be had`() {
        let found = failure { $0.controllingTerminal = true }
        #expect(found?.stage == .session && found?.code == ENOTTY)
    }

    @Test func `parentDeath: no such signal`() {
        var request = SpawnRequest("/bin/true")
        request.parentDeathSignal = 99
        let found = #expect(throws: SpawnFailure.self) { try Spawner.shared.spawn(request) }
        #expect(found?.stage == .parentDeath && found?.code == EINVAL)
    }

    @Test func `groups, group, user, nice and tag are refused to who is not root`() async {
        await #expect(processExitsWith: .success) {
            if geteuid() == 0 {
                #expect(setgroups(0, nil) == 0 && setgid(65534) == 0 && setuid(65534) == 0)
            }
            try ProcessLimits.set(ResourceLimit(.locks, soft: 100, hard: 100))
            try ProcessLimits.set(ResourceLimit(.nice, soft: 0, hard: 0))
            func stage(_ change: (inout SpawnRequest) -> Void) -> (SpawnStage?, Int32?) {
                var request = SpawnRequest("/bin/true")
                change(&request)
                let failure = #expect(throws: SpawnFailure.self) { try Spawner.shared.spawn(request) }
                return (failure?.stage, failure?.code)
            }
            #expect(stage { $0.supplementaryGroups = [1] } == (.groups, EPERM))
            #expect(stage { $0.group = 1 } == (.group, EPERM))
            #expect(stage { $0.user = 1 } == (.user, EPERM))
            #expect(stage { $0.nice = -5 } == (.nice, EACCES))
            #expect(stage { $0.tag = 101 } == (.tag, EPERM))
            #expect(stage { $0.root = "/" } == (.chroot, EPERM))
            #expect(stage { $0.oomScoreAdjustment = -1000 } == (.oom, EACCES))
            #expect(stage { $0.limits = [ResourceLimit(.locks, hard: 200)] } == (.limits, EPERM))
            #expect(ProcessTree.children(of: getpid()).isEmpty)
        }
    }

    @Test func `clone: EAGAIN is transient and says the remedy`() {
        let found = #expect(throws: SpawnFailure.self) {
            try FaultPlan.during(FaultPlan([FaultRule(.clone, 1, EAGAIN)])) { () throws(SpawnFailure) in
                try spawn(SpawnRequest("/bin/true"))
            }
        }
        #expect(found?.stage == .clone && found?.code == EAGAIN && found?.isTransient == true)
        #expect(found?.message.contains("pids.max") == true)
    }
}
