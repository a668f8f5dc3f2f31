import Glibc
import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// The seed's first recipe: Examples/dirlister, which hob new has made, run by hob up and by itself.
@Suite(.blocking) struct DirlisterTests {
    @Test("hob up runs the daemon that hob new made; killed with -9 it is back, and lists on")
    func underHob() throws {
        try Sandbox.with { box in
            box.environment.append("HOB_ENV=test")
            try install(in: box)
            try box.write(Self.read("hob.yml"))
            try box.succeed("up", "-d")
            #expect(try box.status("dirlister").state == .ready)
            let logs = try follow("logs", "-f", "dirlister", in: box)
            let output = try logs.waitForOutput("has 3 entries: build-of-the-test, config, hob.yml")
            // hob's own stamp is enough: the daemon finds out that there is one.
            #expect(output.contains(#/Z info \[dirlister \d+\]/#) && !output.contains(#/Z \S+Z /#), "\(output)")

            let events = try box.follow()
            let victim = try box.process("dirlister")
            try #require(try victim.signal(.kill))
            let exit = try events.wait("exit") { $0.isKind(.exited, of: "dirlister") }
            let ready = try events.wait("readiness", after: exit.sequence) { $0.isState(.ready, of: "dirlister") }
            let successor = try #require(ready.pid)
            #expect(exit.pid == victim.pid && successor != victim.pid)
            try logs.waitForOutput(" \(successor)] ")
            try box.succeed("stop", "dirlister")
            #expect(try box.status("dirlister").state == .stopped)
        }
    }

    @Test("./dirlister start and stop, by itself")
    func byItself() throws {
        let directory = try TestDirectory()
        func dirlister(_ words: String...) throws -> (status: HobSystem.ExitStatus, output: String) {
            var request = SpawnRequest(
                executable: FixtureProgram.path(of: "example-dirlister"),
                arguments: words + ["--pid-file", directory.path(of: "pid"), "--log-file", directory.path(of: "log")])
            request.directory = directory.path
            let child = try TestChild(request)
            let output = try child.readToEnd(within: .seconds(60))
            return (try child.waitForExit(), output)
        }
        let start = try dirlister("start")
        defer { _ = try? dirlister("stop") }
        #expect(start.status == .exited(code: 0), "\(start)")
        let pid = try #require(try PIDFile(directory.path(of: "pid")).read()).pid
        #expect(start.output == "dirlister started (pid \(pid))\n")
        #expect(try dirlister("status").status == .exited(code: 0))
        let daemon = try ProcessHandle.open(pid: pid)
        #expect(try dirlister("stop").output == "dirlister stopped\n")
        #expect(daemon.waitForExit(until: .now()), "it is gone when stop returns")
        #expect(try dirlister("status").status == .exited(code: 3))
        // It was ready, so its first turn was done.
        #expect(directory.read("log")?.contains(" has 2 entries: log, pid") == true)
    }

    /// What a built checkout of the example holds, as far as it runs.
    private func install(in box: Sandbox) throws {
        for name in [".build", ".build/debug", "config", "build-of-the-test"] { mkdir(box.file(name), 0o755) }
        try #require(
            symlink(FixtureProgram.path(of: "example-dirlister"), box.file(".build/debug/dirlister")) == 0)
        for name in ["config/base.yml", "config/test.yml"] { try box.write(Self.read(name), to: name) }
    }

    private func follow(_ words: String..., in box: Sandbox) throws -> TestChild {
        var request = SpawnRequest(executable: FixtureProgram.path(of: "hob"), arguments: words)
        request.directory = box.path
        request.environment = box.environment
        return try TestChild(request)
    }

    private static func read(_ name: String) throws -> String {
        let example = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
        let bytes = try Descriptor.open("/\(example)/Examples/dirlister/\(name)").readAll(limit: 1 << 20)
        return String(decoding: bytes, as: UTF8.self)
    }
}
