import Glibc
import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// Checklist row 115: the contract of `hob status`, and who may ask.
@Suite(.blocking) struct StatusTests {
    @Test("row 115: status in text, JSON and exit codes: 0 running, 3 stopped, 4 unknown, 69 without a supervisor")
    func contract() throws {
        try Sandbox.with(
            """
            services:
              one: { command: sleep 1000, ready: { exec: "true" } }
              two: { command: sleep 1000, ready: { exec: "true" }, port: \(try LoopbackPort.free()) }
            """
        ) { box in
            #expect(try box.hob("status").status == 69)
            #expect(try box.hob("status", "one").status == 3)
            #expect(try box.hob("status", "three").status == 4)
            try box.succeed("up", "-d")
            let text = try box.succeed("status")
            let pid = try box.pid("one")
            let row = try #require(text.out.split(separator: "\n").first { $0.hasPrefix("one ") })
            #expect(row.contains(" ready ") && row.contains(" \(pid) "), "\(text)")
            #expect(text.out.hasPrefix("NAME "), "\(text)")

            let json = try box.succeed("status", "--json")
            let elements = try #require(try JSONReader.read(json.out).elements)
            #expect(elements.map { $0["instance"]?.text } == ["one", "two"])
            #expect(elements[0]["pid"]?.integer == Int64(pid) && elements[0]["state"]?.text == "ready")

            #expect(try box.hob("status", "one").status == 0)
            #expect(try box.hob("status", "three").status == 4)
            try box.succeed("stop", "one")
            #expect(try box.hob("status", "one").status == 3)
            #expect(try box.hob("status").status == 0, "what is not wanted does not count")
            try box.succeed("down")
            #expect(try box.hob("status").status == 69)
            #expect(try box.hob("status", "one").status == 3)
            #expect(try box.hob("status", "three").status == 4)
        }
    }

    @Test("row 115: --wait honours its limit, and returns as soon as its goal is reached")
    func waiting() throws {
        try Sandbox.with(
            """
            services:
              late: { command: sleep 1000, ready: { exec: test -e go }, stop: [TERM 1s, KILL] }
            """
        ) { box in
            try box.succeed("up", "-d", "--no-wait")
            let early = try box.hob("status", "late", "--wait", "ready", "--timeout", "500ms")
            #expect(early.status == 2, "\(early)")
            #expect((.milliseconds(500) ... .milliseconds(1_500)).contains(early.elapsed), "\(early)")
            let waiter = try box.start(["status", "late", "--wait", "ready", "--timeout", "30s"])
            try box.write("", to: "go")
            let ready = try waiter.finish()
            #expect(ready.status == 0, "\(ready)")
        }
    }

    @Test("row 115: the control socket has mode 0600, its directory 0700, and a foreign user is refused")
    func permissions() throws {
        try Sandbox.with("services: { one: { command: sleep 1000, ready: { exec: [\"true\"] } } }") { box in
            try box.succeed("up", "-d")
            let socket = try FileStatus.of("\(box.runtime)/control.sock")
            #expect(socket.permissions == 0o600)
            #expect(try FileStatus.of(box.runtime).permissions == 0o700)
            guard geteuid() == 0 else { return }
            #expect(try Self.connect(to: box, as: 65_534).contains("refused"))
            // With all doors open it is the peer's credentials that decide.
            let runtime = try Descriptor.open(box.runtime, flags: [.readOnly, .directory])
            chmod("\(box.runtime)/control.sock", 0o666)
            try runtime.changeMode(0o711)
            let told = try Self.connect(to: box, as: 65_534)
            try runtime.changeMode(0o700)
            #expect(told.contains("not-permitted") && !told.contains(#""hob""#), "\(told)")
            #expect(try Self.connect(to: box, as: 0).contains(#""hob""#))
            #expect(try box.status("one").state == .ready)
        }
    }

    /// What a client of another user is told: the refusal of the file system, or the first line of the supervisor.
    private static func connect(to box: Sandbox, as user: UInt32) throws -> String {
        let script = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(10)
            try:
                s.connect(sys.argv[1])
            except PermissionError:
                print("refused"); sys.exit()
            try:
                if sys.argv[2] != "0": s.sendall(b'{"id":"x","verb":"down"}\\n')
            except OSError:
                pass
            print(s.makefile().readline())
            """
        var request = SpawnRequest(
            "python3", ["-c", script, "\(box.runtime)/control.sock", String(user)])
        request.user = user
        request.group = user
        request.supplementaryGroups = []
        request.directory = "/"
        return try TestChild(request).readToEnd()
    }
}
