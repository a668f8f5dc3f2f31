import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct PIDFileTests {
    @Test func `what is written is read back and verified`() throws {
        let directory = try TestDirectory()
        let file = PIDFile("daemon.pid", in: directory.descriptor)
        #expect(try file.read() == nil && file.verified() == nil)
        let own = try ProcessIdentity.current()
        try file.write(own)
        #expect(try file.read() == PIDFile.Contents(pid: getpid(), identity: own))
        #expect(try file.verified() == .running(own))
        #expect(try FileStatus.of("daemon.pid", in: directory.descriptor).permissions == 0o644)
        #expect(try directory.descriptor.names() == ["daemon.pid"])
        #expect(directory.read("daemon.pid")?.hasPrefix("\(getpid())\n") == true)
    }

    @Test func `the number of a reused pid is stale`() throws {
        let directory = try TestDirectory()
        let file = PIDFile(directory.path(of: "daemon.pid"))
        var old = try ProcessIdentity.current()
        old.startTime += 1
        try file.write(old)
        #expect(try file.verified() == .stale)
        #expect(try !file.remove(ifOwnedBy: ProcessIdentity.current()))
        #expect(try file.remove(ifOwnedBy: old))
        #expect(try !file.remove(ifOwnedBy: old))
    }

    @Test func `another program's bare pid is never trusted`() throws {
        let directory = try TestDirectory()
        let child = try TestChild(fixture: "sleep")
        try directory.write("\(child.pid)\n", to: "daemon.pid")
        let file = PIDFile("daemon.pid", in: directory.descriptor)
        #expect(try file.verified() == .unverifiable(pid: child.pid))
        try child.process.handle.signal(.kill)
        _ = try child.waitForExit()
        #expect(try file.verified() == .stale)
    }

    @Test(arguments: [
        ("", 1), ("\n", 1), ("abc", 1), ("0", 1), ("1\n", 1), ("-5", 1), ("+5", 1), (" 12", 1), ("12 \n", 1),
        ("12 13\n", 1), ("99999999999\n", 1), ("١٢\n", 1), ("12\nfoo\n", 2), ("12\nstart-time x\n", 3),
        ("12\nstart-time 5\nboot-id a\n", 4), ("12\nstart-time 5\nboot-id a\npid-namespace 6\nmore\n", 5),
        ("12\nstart-time -5\nboot-id a\npid-namespace 6\n", 2), ("12\n\n", 2),
    ])
    func `bad contents are refused with file and line`(text: String, line: Int) throws {
        let directory = try TestDirectory()
        try directory.write(text, to: "daemon.pid")
        let path = directory.path(of: "daemon.pid")
        let error = #expect(throws: SystemError.self) { try PIDFile(path).read() }
        #expect(error?.message.hasPrefix("\(path):\(line): ") == true, "\(error?.message ?? "")")
    }

    @Test func `a file too big to be one, a FIFO in its place and a full disk are errors, not hangs`() throws {
        let directory = try TestDirectory()
        try directory.write(String(repeating: "1", count: 10_000), to: "big")
        #expect(throws: SystemError.self) { try PIDFile("big", in: directory.descriptor).read() }
        _ = try FIFO.make(at: "fifo", in: directory.descriptor)
        #expect(throws: SystemError.self) { try PIDFile("fifo", in: directory.descriptor).read() }
        let own = try ProcessIdentity.current()
        for call in [SystemCall.write, .rename, .chmod] {
            let error = #expect(throws: SystemError.self) {
                try FaultPlan.during(FaultPlan([FaultRule(call, 1, ENOSPC)])) { () throws(SystemError) in
                    try PIDFile("new", in: directory.descriptor).write(own)
                }
            }
            #expect(error?.code == ENOSPC)
        }
        // Neither the file nor a temporary one is left.
        #expect(try Set(directory.descriptor.names()) == ["big", "fifo"])
    }
}
