import BrokerKit
import Glibc
import HobSystem
import HobTestKit
import Testing

/// The broker of the tests can be had, stopped, killed and had again.
@Suite(.ownThread) struct BrokerTests {
    private static let header: [UInt8] = [0x41, 0x4D, 0x51, 0x50, 0, 0, 9, 1]

    private func greets(_ broker: Broker) throws -> Bool {
        let client = try PlainClient(to: broker.address)
        client.send(Self.header)
        // A method frame on channel 0.
        return client.read(3).bytes == [1, 0, 0]
    }

    @Test func `the shared broker greets, evaluates, and has virtual hosts that go with their test`() throws {
        let broker = try Broker.shared()
        #expect(try greets(broker))
        #expect(try broker.evaluate("1 + 1") == "2")
        let name: String
        do {
            let host = try VirtualHost(on: broker)
            name = host.name
            #expect(try broker.evaluate("rabbit_vhost:exists(<<\"\(name)\">>)") == "true")
            #expect(host.url.hasSuffix("/\(name)"))
        }
        #expect(try broker.evaluate("rabbit_vhost:exists(<<\"\(name)\">>)") == "false")
        #expect(throws: BrokerError.self) { try broker.evaluate("rabbit:no_such_function()") }
    }

    @Test func `the other broker is killed, started, stopped and bounced, and stays at its port`() async throws {
        try await Broker.exclusively { broker in
            #expect(try greets(broker))
            let first = try broker.pid()
            try broker.bounce()
            #expect(try broker.pid() == first)
            #expect(try greets(broker))
            try broker.kill()
            #expect(try broker.pid() == 0)
            #expect(throws: (any Error).self) { try PlainClient(to: broker.address) }
            try broker.start()
            #expect(try broker.pid() != first)
            #expect(try greets(broker))
            try broker.blockPublishers(true)
            #expect(try broker.evaluate("length(rabbit_alarm:get_alarms())") == "1")
            try broker.blockPublishers(false)
            #expect(try broker.evaluate("length(rabbit_alarm:get_alarms())") == "0")
            try broker.stop()
            #expect(throws: (any Error).self) { try PlainClient(to: broker.address) }
        }
    }

    @Test func `connections of one virtual host are closed, and others are not`() throws {
        let broker = try Broker.shared()
        let (first, second) = (try VirtualHost(on: broker), try VirtualHost(on: broker))
        let closed = try PikaProgram.start("dirservice", [first.url, "serve"])
        let open = try PikaProgram.start("dirservice", [second.url, "serve"])
        try closed.waitForOutput("ready\n", within: .seconds(120))
        try open.waitForOutput("ready\n", within: .seconds(120))
        try broker.closeConnections(of: first.name, reason: "golden")
        #expect(try closed.readToEnd().contains("golden"))
        #expect(!open.process.handle.hasExited)
    }

    @Test func `pika does not notice bytes that come one by one`() throws {
        let host = try VirtualHost(on: .shared())
        let proxy = try FaultProxy(to: host.broker.address)
        defer { proxy.end() }
        proxy.otherwise(
            FaultScript([.after(0, .toServer, .trickle(every: .zero)), .after(0, .toClient, .trickle(every: .zero))]))
        let service = try PikaProgram.start("dirservice", [host.url, "serve"])
        try service.waitForOutput("ready\n", within: .seconds(120))
        let (output, status) = try PikaProgram.ask(["/proc/self/ns,0"], at: host.url(by: proxy))
        #expect(status == .exited(code: 0))
        #expect(output.contains("cgroup"))
        #expect(proxy.connections.contains { $0.bytesToClient > 500 })
    }

    @Test func `a killed with-rabbitmq leaves neither broker nor file`() throws {
        let place = try TestDirectory("hob-broker", mode: 0o755)
        var request = SpawnRequest(
            "\(Broker.Holder.checkout)/Scripts/with-rabbitmq", ["sh", "-c", "echo up; exec sleep 600"])
        request.environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR=\(place.path)"]
        let run = try TestChild(request)
        let command = try run.waitForOutput("up", within: .seconds(300))
        #expect(command == "up\n")
        #expect(try place.descriptor.names().count == 1)
        let tree = ProcessTree.descendants(of: run.pid).compactMap { pid -> (name: String, handle: ProcessHandle)? in
            guard let name = ProcessFacts.name(of: pid), let handle = try? ProcessHandle.open(pid: pid) else {
                return nil
            }
            return (name, handle)
        }
        #expect(Set(tree.map(\.name)).isSuperset(of: ["beam.smp", "epmd"]))
        _ = try run.process.handle.signal(.kill)
        let deadline = MonotonicTime.now() + .seconds(60)
        for (name, handle) in tree {
            // The command is its caller's business, and this is the caller.
            if name == "sh" || name == "sleep" { _ = try? handle.signal(.kill) }
            #expect(handle.waitForExit(until: deadline), "\(name) still runs")
        }
        var names = try place.descriptor.names()
        while !names.isEmpty, MonotonicTime.now() < deadline {
            usleep(10_000)
            names = try place.descriptor.names()
        }
        #expect(names == [])
    }
}
