import Glibc
import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// Examples/link: a daemon that calls a function of another, both under hob.
@Suite(.blocking) struct LinkExampleTests {
    @Test("a daemon asks another over a link, and goes on asking when that was killed with -9 and is back")
    func underHob() throws {
        try Sandbox.with { box in
            mkdir(box.file("listed"), 0o755)
            for name in ["one", "two"] { try box.write("", to: "listed/\(name)") }
            let program = FixtureProgram.path(of: "example-lister")
            let directory = program.prefix(upTo: program.lastIndex(of: "/") ?? program.endIndex)
            box.environment += ["BIN=\(directory)", "DIRECTORY=listed", "INTERVAL=100"]
            try box.write(Self.read("hob.yml"))
            try box.succeed("up", "-d")
            #expect(try box.status("lister").state == .ready)
            let logs = try follow("logs", "-f", "asker", in: box)
            try logs.waitForOutput("listed has 2 entries: one, two")

            let asker = try box.pid("asker")
            let events = try box.follow()
            try #require(try box.process("lister").signal(.kill))
            let exit = try events.wait("exit") { $0.isKind(.exited, of: "lister") }
            _ = try events.wait("readiness", after: exit.sequence) { $0.isState(.ready, of: "lister") }
            // Only the next lister can know this one.
            try box.write("", to: "listed/three")
            try logs.waitForOutput("listed has 3 entries: one, three, two")
            #expect(try box.pid("asker") == asker)

            #expect(access(box.file("lister.sock"), F_OK) == 0)
            try box.succeed("stop", "lister")
            #expect(access(box.file("lister.sock"), F_OK) != 0, "the lister has removed its socket")
        }
    }

    private func follow(_ words: String..., in box: Sandbox) throws -> TestChild {
        var request = SpawnRequest(executable: FixtureProgram.path(of: "hob"), arguments: words)
        request.directory = box.path
        request.environment = box.environment
        return try TestChild(request)
    }

    private static func read(_ name: String) throws -> String {
        let checkout = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
        let bytes = try Descriptor.open("/\(checkout)/Examples/link/\(name)").readAll(limit: 1 << 20)
        return String(decoding: bytes, as: UTF8.self)
    }
}
