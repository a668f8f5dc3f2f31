import BrokerKit
import Glibc
import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// Row 118, the seed's story: Examples/dirservice under hob, with a real RabbitMQ, asked by its own asker and by pika.
@Suite(.blocking) struct DirserviceTests {
    @Test("row 118: listings, errors and timeouts are answered, to a client of another make too, and kill -9 is healed")
    func answers() throws {
        let host = try VirtualHost(on: .shared())
        try Sandbox.with { box in
            let logs = try up(box, url: host.url)
            try logs.waitForOutput(": listed: one, two")
            try logs.waitForOutput(": /does/not/exist: error: /does/not/exist: No such file or directory")
            #expect(try box.hob("status").out.contains("broker: connected"))
            try box.succeed("stop", "dirasker")

            let (output, status) = try PikaProgram.ask(
                ["\(box.file("listed")),0", "/does/not/exist,0.5", "/,60", "nonsense", "/,-1", ",1", "/,nan"],
                at: host.url)
            #expect(status == .exited(code: 0), "\(output)")
            let lines = output.split(separator: "\n")
            #expect(lines.count == 7)
            #expect(lines.contains { $0.contains("listed,0") && $0.contains(#""body": "one\ntwo""#) })
            #expect(lines.contains { $0.contains("error: /does/not/exist: No such file or directory") })
            #expect(lines.count { $0.contains("is not path,seconds") } == 4)
            // The one that takes its five seconds has held up nobody.
            #expect(lines.last?.contains("error: timeout") == true && lines.last?.contains("/,60") == true)

            let events = try box.follow()
            let victim = try box.process("dirservice")
            let asker = try PikaProgram.start(
                "dirservice",
                [host.url, "ask", "--within", "120", "--every", "0.01"]
                    + (0..<200).map { "\(box.file("listed")),0.00\($0)" })
            _ = try asker.waitForOutput("\"body\"", within: .seconds(120))
            try #require(try victim.signal(.kill))
            let exit = try events.wait("exit") { $0.isKind(.exited, of: "dirservice") }
            _ = try events.wait("readiness", after: exit.sequence) { $0.isState(.ready, of: "dirservice") }
            let rest = try asker.readToEnd(within: .seconds(180))
            // Each of the 200 was answered: those that the dead one had in hand were delivered to the next one.
            #expect(try asker.waitForExit() == .exited(code: 0), "\(rest.suffix(2_000))")
        }
    }

    @Test("row 118: a broker that is stopped and started again is nothing to either daemon")
    func brokerLoss() async throws {
        try await Broker.exclusively { broker in
            let host = try VirtualHost(on: broker)
            try Sandbox.with { box in
                let logs = try up(box, url: host.url)
                try logs.waitForOutput(": listed: one, two")
                let pids = try [box.pid("dirservice"), box.pid("dirasker")]
                try broker.stop()
                try logs.waitForOutput("AMQP connection is recovering")
                try broker.start()
                try box.write("", to: "listed/three")
                try logs.waitForOutput(": listed: one, three, two", within: .seconds(120))
                #expect(try [box.pid("dirservice"), box.pid("dirasker")] == pids)
            }
        }
    }

    @Test("daemons whose broker is not there start, say so, and stop at once")
    func noBroker() throws {
        try Sandbox.with { box in
            let port = try LoopbackPort.free()
            let logs = try up(box, url: "amqp://guest:guest@127.0.0.1:\(port)/%2F")
            #expect(try box.status("dirservice").state == .ready)
            // It says so, and it says nothing of being stuck.
            try logs.waitForOutput("127.0.0.1:\(port) cannot be reached")
            try box.succeed("stop", "dirservice", "dirasker")
            let log = try box.succeed("logs").out
            #expect(!log.contains("still running"), "\(log)")
        }
    }

    /// Both daemons are ready; what they log.
    private func up(_ box: Sandbox, url: String) throws -> TestChild {
        mkdir(box.file("listed"), 0o755)
        for name in ["one", "two"] { try box.write("", to: "listed/\(name)") }
        let program = FixtureProgram.path(of: "example-dirservice")
        let directory = program.prefix(upTo: program.lastIndex(of: "/") ?? program.endIndex)
        box.environment += [
            "BIN=\(directory)", "AMQP_URL=\(url)", "PATHS=listed,/does/not/exist", "INTERVAL=50ms",
        ]
        let checkout = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try Descriptor.open("/\(checkout)/Examples/dirservice/hob.yml").readAll(limit: 1 << 20)
        try box.write(bytes: text)
        try box.succeed("up", "-d")
        var request = SpawnRequest(executable: FixtureProgram.path(of: "hob"), arguments: ["logs", "-f"])
        request.directory = box.path
        request.environment = box.environment
        return try TestChild(request)
    }
}
