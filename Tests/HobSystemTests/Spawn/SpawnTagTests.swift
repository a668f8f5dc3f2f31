import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct SpawnTagTests {
    @Test func `a tag survives double fork, setsid, closefrom, an empty environment and exec`() async {
        await #expect(processExitsWith: .success) {
            try ProcessControl.becomeSubreaper()
            let directory = try TestDirectory()
            let tag: UInt64 = 0x1234_5678_9ABC
            let parent = try TestChild(fixture: "double-fork", directory.path(of: "pid"), "--stay") { $0.tag = tag }
            let orphan = try grandchild(in: directory)
            #expect(ProcessTree.tag(of: parent.pid) == tag)
            #expect(ProcessTree.tag(of: orphan) == tag)
            #expect(ProcessFacts.of(pid: orphan)?.session != ProcessFacts.of(pid: parent.pid)?.session)
            let members = ProcessTree.members(main: parent.pid) { $0 == tag }
            #expect(Set(members) == [parent.pid, orphan], "\(members)")
            // Without the main process, too, and never for another tag.
            #expect(ProcessTree.members(main: nil) { $0 == tag } == [orphan])
            #expect(ProcessTree.members(main: nil) { $0 != tag } == [])
            #expect(ProcessTree.everyone { $0 == tag }.contains(orphan))
            // A zombie is no member.
            #expect(kill(orphan, SIGKILL) == 0)
            let gone = waitFor { ProcessTree.members(main: nil) { $0 == tag }.isEmpty ? true : nil }
            #expect(gone == true)
            try reapOrphan(orphan)
        }
    }

    @Test func `a tag survives a change of user and can be read by its owner only through proc`() throws {
        guard geteuid() == 0 else { return }
        var request = SpawnRequest("/bin/sleep", ["60"])
        request.user = 33
        request.group = 33
        request.supplementaryGroups = []
        request.tag = 4711
        let child = try TestChild(request)
        #expect(ProcessTree.tag(of: child.pid) == 4711)
        // Where prlimit is refused the limits file answers.
        let throughFile = FaultPlan.during(FaultPlan([FaultRule(.prlimit, 1, EPERM)])) {
            ProcessTree.tag(of: child.pid)
        }
        #expect(throughFile == 4711)
    }

    @Test func `who has no tag says so`() throws {
        let child = try TestChild(fixture: "sleep")
        let own = try ProcessLimits.get(.locks).hard
        #expect(ProcessTree.tag(of: child.pid) == (own == ResourceLimit.unlimited ? nil : own))
        #expect(ProcessTree.tag(of: 0) == nil && ProcessTree.tag(of: -1) == nil)
    }
}
