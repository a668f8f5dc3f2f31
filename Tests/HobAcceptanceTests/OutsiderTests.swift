import Glibc
import HobClient
import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// Processes that descend from no hobd any more, since keeper and supervisor have died at once.
@Suite(.blocking) struct OutsiderTests {
    @Test
    func `what both hobds have left is stopped at once and whole, and then nobody looks at all processes any more`()
        throws
    {
        try Sandbox.with { sandbox in
            try sandbox.write(
                """
                services:
                  forker:
                    command: [\(sandbox.fixture), double-fork, grandchild, --stay]
                    ready: { exec: test -s grandchild }
                  other: { command: sleep 1000 }
                """)
            try sandbox.succeed("up", "-d")
            let grandchild = try #require(sandbox.lines("grandchild").first.flatMap { Int32($0) })
            let witness = try ProcessHandle.open(pid: grandchild)
            let pids = try sandbox.statuses().map(\.pid)
            let old = try SupervisorDeathTests.hobd(sandbox)
            let keeper = try ProcessHandle.open(pid: old.keeper)
            // Else the one that is left replaces the other.
            try keeper.signal(.stop)
            try old.supervisor.signal(.kill)
            try keeper.signal(.kill)
            #expect(keeper.waitForExit(until: .now() + .seconds(10)))
            try sandbox.succeed("up", "-d")
            #expect(try sandbox.statuses().map(\.pid) == pids)
            #expect(try Self.isScattered(sandbox))

            let began = MonotonicTime.now()
            try sandbox.succeed("stop", "forker")
            // Its ladder's first rung has ten seconds.
            #expect(MonotonicTime.now() - began < .seconds(5))
            #expect(witness.hasExited)
            #expect(try Self.isScattered(sandbox), "'other' is nobody's child")
            try sandbox.succeed("restart", "other")
            try sandbox.succeed("start", "forker")
            #expect(try !Self.isScattered(sandbox))
            try sandbox.succeed("stop", "forker")
        }
    }

    private static func isScattered(_ sandbox: Sandbox) throws -> Bool {
        let head = try Descriptor.open("\(sandbox.runtime)/journal.head").readAll(limit: 4_096)
        return head[48] != 0
    }
}
