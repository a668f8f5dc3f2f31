import Glibc
import HobSupervisor
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct KeeperSuccessionTests {
    @Test func `an upgrade executes the new file in place, with everything held and every orphan's end`() throws {
        let kept = try KeptSupervisor { $0.limits.append(ResourceLimit(.openFiles, soft: 77)) }
        let first = try kept.begin()
        try kept.ask("store 2 0 0 \(kept.directory.path(of: "a")) socket", "stored")
        let orphan = try kept.spawn("exit 7")
        let table = try kept.ask("table", "table")
        _ = try kept.dieAndReturn()
        let copy = kept.directory.path(of: "other")
        try kept.directory.copy(FixtureProgram.path, to: "other")
        #expect(try kept.ask("upgrade \(copy)", "upgraded") == "upgraded 0")
        try kept.tell("end 75")
        let upgraded = try kept.nextLife()
        #expect(upgraded["exe"] == copy && upgraded["keeper"] == "\(kept.pid)" && upgraded["held"] == "1")
        #expect(upgraded["original"] == first["original"] && upgraded["mask"] == "0")
        #expect(try kept.ask("table", "table") == table)
        #expect(try kept.ask("status \(orphan.pid)", "status") == "status \(orphan.pid) ended \(7 << 8)")
        // It goes on as the first one would, also when its file is gone.
        try kept.directory.descriptor.remove("other")
        #expect(try kept.dieAndReturn()["exe"] == "\(copy)")
    }

    @Test func `an upgrade that cannot be executed leaves the old one in place`() throws {
        let kept = try KeptSupervisor()
        _ = try kept.begin()
        try kept.ask("store 2 0 0 \(kept.directory.path(of: "a"))", "stored")
        try kept.directory.write("no program", to: "other", mode: 0o755)
        #expect(try kept.ask("upgrade \(kept.directory.path(of: "other"))", "upgraded") == "upgraded 0")
        try kept.tell("end 75")
        let life = try kept.nextLife()
        #expect(life["exe"] == FixtureProgram.path && life["held"] == "1" && life["safe"] == "0")
        try kept.waitForOutput("the new hobd cannot be executed (ENOEXEC): going on with the old one")
        // Without a new executable the status is like any other.
        try kept.tell("end 75")
        _ = try kept.nextLife()
        try kept.waitForOutput("exited with status 75: starting it anew")
    }

    @Test func `a supervisor whose keeper was killed becomes the keeper of the same things`() throws {
        let kept = try KeptSupervisor()
        let first = try kept.begin()
        try kept.tell("outlive")
        try kept.ask("store 1 0 0 \(kept.directory.path(of: "a"))", "stored")
        let table = try kept.ask("table", "table")
        let child = try kept.spawn("sleep")
        try kept.signalKeeper(.kill)
        try kept.next("keeper gone")
        try kept.tell("succeed")
        let second = try kept.nextLife()
        #expect(second["keeper"] == "\(first.pid)")
        #expect(try kept.ask("table", "table") == table)
        #expect(try kept.ask("status \(child.pid)", "status") == "status \(child.pid) alive")
        try child.signal(.terminate)
        try kept.next("child")
        #expect(try kept.ask("any", "any") == "any \(child.pid) ended 15")
        // Not a first life: it is started anew although it was never ready.
        _ = try kept.dieAndReturn()
    }

    @Test func `becomeKeeper hands over descriptors, origin and lasting words`() async throws {
        let directory = try KeptSupervisor.prepare()
        let commands = try KeptSupervisor.openFIFO("commands", in: directory)
        let reports = try KeptSupervisor.openFIFO("reports", in: directory)
        try commands.writeAll("table\nend 0\n")
        let path = directory.path
        await #expect(processExitsWith: .exitCode(0)) { [path = path as String] in
            let file = try Descriptor.open("\(path)/file", flags: [.readWrite, .create])
            let lock = try Descriptor.open("\(path)/lock", flags: [.readWrite, .create])
            let gone = try Descriptor.open("\(path)/gone", flags: [.readWrite, .create])
            gone.close()
            let error = KeeperSuccession.becomeKeeper(
                held: [
                    HeldDescriptor(HeldKey(.stored, slot: 4, index: 2), file, label: "name"),
                    HeldDescriptor(HeldKey(.lock), lock), HeldDescriptor(HeldKey(.fifo), gone),
                ],
                arguments: ["obey", path, "--keeper-link", "7", "--held", "8", "--safe", "--ready-fd", "3"],
                origin: KeeperOrigin(signalMask: 1 << 63, openFiles: 99), isSafe: true,
                executable: FixtureProgram.path)
            Issue.record("\(error)")
        }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = try bytes.withUnsafeMutableBytes { try reports.read(into: $0) ?? 0 }
        let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
        try #require(lines.count == 2)
        let life = KeptSupervisor.Life(lines[0])
        #expect(life["safe"] == "1" && life["original"] == "99" && life["mask"] == "\(UInt64(1) << 63)")
        #expect(life["held"] == "2" && life["ready-fd"] == "none")
        let inodes = try ["lock", "file"].map { try FileStatus.of($0, in: directory.descriptor).inode }
        #expect(lines[1] == "table 1.0.0=\(inodes[0]) 6.4.2=\(inodes[1]):name")
    }

    @Test func `becomeKeeper that fails changes nothing`() throws {
        let file = try Descriptor.memory(named: "held")
        let error = KeeperSuccession.becomeKeeper(
            held: [HeldDescriptor(HeldKey(.lock), file)], arguments: [],
            origin: KeeperOrigin(signalMask: 0, openFiles: 64), executable: "/nonexistent/hobd")
        #expect(error.code == ENOENT)
        #expect(fcntl(file.raw, F_GETFD) == FD_CLOEXEC)
    }
}
