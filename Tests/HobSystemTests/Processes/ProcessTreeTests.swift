import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct ProcessTreeTests {
    @Test func `descendants come parents first, with all generations`() throws {
        let script = "sh -c 'sleep 60 & echo inner; wait' & echo outer; wait"
        let shell = try TestChild(SpawnRequest("/bin/sh", ["-c", script]))
        try shell.waitForOutput("inner")
        let found = ProcessTree.descendants(of: shell.pid)
        #expect(found.count == 2)
        #expect(ProcessFacts.of(pid: found[0])?.parent == shell.pid)
        #expect(ProcessFacts.of(pid: found[1])?.parent == found[0])
        #expect(ProcessTree.children(of: shell.pid) == [found[0]])
        let members = ProcessTree.members(main: shell.pid) { _ in false }
        #expect(members == [shell.pid] + found)
        try shell.process.handle.signalGroup(.kill)
    }

    @Test func `several hundred children are all found`() throws {
        let script = "i=0; while [ $i -lt 300 ]; do sleep 60 & i=$((i+1)); done; echo started; wait"
        let shell = try TestChild(SpawnRequest("/bin/sh", ["-c", script]))
        try shell.waitForOutput("started")
        let found = ProcessTree.children(of: shell.pid)
        #expect(found.count == 300 && Set(found).count == 300)
        try shell.process.handle.signalGroup(.kill)
        _ = try shell.readToEnd()
    }

    @Test func `nobody descends from nobody`() {
        #expect(ProcessTree.descendants(of: 0) == [])
        #expect(ProcessTree.children(of: -1) == [])
        #expect(ProcessTree.processes().contains(getpid()))
    }

    @Test func `original limits are captured and given back to children`() async {
        await #expect(processExitsWith: .success) {
            try ProcessLimits.set(ResourceLimit(.openFiles, soft: 100))
            let original = try OriginalLimits.capture()
            let raised = try ProcessLimits.raiseOpenFiles()
            #expect(raised.soft == 100)
            let now = try ProcessLimits.get(.openFiles)
            #expect(now.soft == now.hard)
            var request = SpawnRequest("/bin/sleep", ["60"])
            original.restore(in: &request)
            let child = try TestChild(request)
            let limits = try ProcessLimits.get(.openFiles, pid: child.pid)
            #expect(limits.soft == 100 && limits.hard == now.hard)
        }
    }
}
