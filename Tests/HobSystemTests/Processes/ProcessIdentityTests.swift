import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct ProcessIdentityTests {
    @Test func `this process is itself`() throws {
        let own = try ProcessIdentity.current()
        #expect(own.pid == getpid())
        #expect(own.isAlive)
        #expect(try ProcessIdentity.current() == own)
    }

    @Test func `the same number with another start is another process`() throws {
        let child = try TestChild(fixture: "sleep")
        let identity = try #require(try ProcessIdentity.of(pid: child.pid))
        #expect(identity.isAlive)
        #expect(try identity.open()?.pid == child.pid)
        var reused = identity
        reused.startTime += 1
        #expect(!reused.isAlive)
        #expect(try reused.open() == nil)
    }

    @Test func `another boot or pid namespace is never alive`() throws {
        let own = try ProcessIdentity.current()
        var rebooted = own
        rebooted.bootID = "00000000-0000-0000-0000-000000000000"
        #expect(!rebooted.isAlive && !rebooted.isOfThisBoot)
        var elsewhere = own
        elsewhere.pidNamespace += 1
        #expect(!elsewhere.isAlive && !elsewhere.isOfThisBoot)
    }

    @Test func `a zombie has an identity but does not live`() throws {
        let child = try TestChild(fixture: "exit", "0")
        #expect(child.process.handle.waitForExit(until: patience))
        let identity = try #require(try ProcessIdentity.of(pid: child.pid))
        #expect(!identity.isAlive)
        _ = try child.process.handle.reap()
        #expect(try ProcessIdentity.of(pid: child.pid) != identity)
    }

    @Test func `a name full of parentheses does not confuse the reader`() throws {
        let directory = try TestDirectory()
        try directory.copy("/bin/sleep", to: ") R 1 (x) 2")
        let child = try TestChild(SpawnRequest(directory.path(of: ") R 1 (x) 2"), ["60"]))
        let facts = try #require(ProcessFacts.of(pid: child.pid))
        #expect(facts.parent == getpid())
        #expect(facts.group == child.pid && facts.session == child.pid)
        #expect(ProcessFacts.name(of: child.pid) == ") R 1 (x) 2")
    }
}
