import HobLink
import HobSystem
import HobTestKit
import LinkActors
import Testing

/// Beginnings and ends.
@Suite("The life of a link", .ownThread) struct LifeTests {
    @Test func `a shutdown lets the calls that run come to their end`() async throws {
        let pair = try await LinkPair(gateIsOpen: false)
        let lister = pair.lister
        let call = Task { try await lister.wait() }
        await pair.gate.crowd(of: 1)
        let server = pair.server
        let shutdown = Task { await server.shutdown(within: .seconds(60)) }
        // From then on nobody connects, and the client has been told.
        while (try? UnixSocket.connect(path: pair.directory.path(of: "socket"))) != nil { await Task.yield() }
        pair.gate.open()
        try await call.value
        #expect(await shutdown.value == 0)
        #expect(try pair.directory.descriptor.names() == [])
        let late = await linkError { try await withCallDeadline(.milliseconds(100)) { try await lister.echo("x") } }
        #expect(late?.code == .unreachable)
        await pair.end()
        let ended = await linkError { try await lister.echo("x") }
        #expect(ended?.code == .shutDown)
    }

    @Test func `a function that runs during a shutdown may still call others`() async throws {
        let last = try await LinkPair()
        let pair = try await LinkPair(gateIsOpen: false)
        let lister = pair.lister
        let address = "\(last.address)"
        let call = Task { try await lister.forward("on", to: address) }
        await pair.gate.crowd(of: 1)
        let server = pair.server
        let shutdown = Task { await server.shutdown(within: .seconds(60)) }
        while (try? UnixSocket.connect(path: pair.directory.path(of: "socket"))) != nil { await Task.yield() }
        pair.gate.open()
        #expect(try await call.value == "on")
        #expect(await shutdown.value == 0)
        await pair.end()
        await last.end()
    }

    @Test func `what does not end in time is cut off, and counted`() async throws {
        let pair = try await LinkPair(gateIsOpen: false)
        let lister = pair.lister
        let call = Task { await linkError { try await lister.wait() } }
        await pair.gate.crowd(of: 1)
        #expect(await pair.server.shutdown(within: .milliseconds(100)) == 1)
        let error = try #require(await call.value)
        #expect(error.code == .connectionLost)
        await pair.gate.cancellations(of: 1)
        await pair.end()
    }

    @Test func `a client's shutdown waits for its calls, or cuts them off`() async throws {
        let pair = try await LinkPair(gateIsOpen: false)
        let lister = pair.lister
        let call = Task { await linkError { try await lister.wait() } }
        await pair.gate.crowd(of: 1)
        #expect(await pair.client.shutdown(within: .milliseconds(100)) == 1)
        #expect(try #require(await call.value).code == .shutDown)
        #expect(await pair.client.shutdown() == 0)
        await pair.end()
    }

    @Test func `a link that was never used ends at once, and one that is let go of ends its thread`() async throws {
        #expect(await LinkSystem(logger: .silent).shutdown() == 0)
        let directory = try TestDirectory("link")
        var link: LinkSystem? = LinkSystem(logger: .silent)
        try await link?.listen(on: .unix(directory.path(of: "socket")))
        link = nil
        let deadline = MonotonicTime.now() + .seconds(30)
        while try !directory.descriptor.names().isEmpty, MonotonicTime.now() < deadline { await Task.yield() }
        #expect(try directory.descriptor.names() == [])
    }

    @Test func `an address in use is refused, one left behind is taken, a file is not`() async throws {
        let pair = try await LinkPair()
        let other = LinkSystem(logger: .silent)
        let used = await linkError { try await other.listen(on: pair.address) }
        #expect(used?.code == .notListening)
        #expect(used?.message.contains("in use") == true)
        let stale = pair.directory.path(of: "stale")
        _ = try UnixListener(in: pair.directory.descriptor, name: "stale").descriptor.close()
        try await other.listen(on: .unix(stale))
        try pair.directory.write("text", to: "file")
        let file = await linkError { try await other.listen(on: .unix(pair.directory.path(of: "file"))) }
        #expect(file?.message.contains("no socket") == true)
        let missing = await linkError { try await other.listen(on: .unix("/nowhere/socket")) }
        #expect(missing?.code == .notListening)
        await other.shutdown()
        await pair.end()
    }

    @Test func `a socket's path may be of any length`() async throws {
        let directory = try TestDirectory("link")
        let deep = String(repeating: "d", count: 120)
        try directory.descriptor.makeDirectory(deep)
        let path = directory.path(of: deep) + "/socket"
        let server = LinkSystem(logger: .silent)
        try server.export(Lister(actorSystem: server), as: "lister")
        try await server.listen(on: .unix(path))
        let client = LinkSystem(logger: .silent)
        #expect(try await client.actor(Lister.self, named: "lister", at: .unix(path)).echo("x") == "x")
        await client.shutdown()
        await server.shutdown()
    }

    @Test func `as many connections as allowed`() async throws {
        let pair = try await LinkPair(server: { $0.connections = 1 })
        #expect(try await pair.lister.echo("x") == "x")
        let second = LinkSystem(logger: .silent)
        let lister = try second.actor(Lister.self, named: "lister", at: pair.address)
        let error = try #require(await linkError { try await lister.echo("x") })
        #expect(error.code == .refused)
        #expect(error.message.contains("1 connections"))
        await second.shutdown()
        await pair.end()
    }

    @Test(
        arguments: [
            ("unix:/run/x", "unix:/run/x"), ("tcp:127.0.0.1:80", "tcp:127.0.0.1:80"),
            ("tcp:localhost:1", "tcp:127.0.0.1:1"),
            ("tcp:[::1]:80", "tcp:[::1]:80"), ("unix:", nil), ("", nil), ("/run/x", nil), ("tcp:example.org:80", nil),
            ("tcp:127.0.0.1", nil), ("tcp:127.0.0.1:99999", nil),
        ] as [(String, String?)])
    func `addresses`(text: String, canonical: String?) throws {
        #expect((try? LinkAddress(text))?.description == canonical)
    }
}
