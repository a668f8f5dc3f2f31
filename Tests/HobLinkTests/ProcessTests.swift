import HobLink
import HobSystem
import HobTestKit
import LinkActors
import Synchronization
import Testing

/// Two processes, one of which dies, is replaced, or belongs to somebody else.
@Suite("A link between processes", .ownThread) struct ProcessTests {
    private static let nobody: UInt32 = 65_534

    private func client(_ change: (inout LinkConfiguration) -> Void = { _ in }) -> LinkSystem {
        var configuration = LinkConfiguration(name: "client")
        configuration.callLimit = .seconds(60)
        change(&configuration)
        return LinkSystem(configuration, logger: .silent)
    }

    @Test func `kill -9 of the server fails the calls in flight with its name, and no other`() async throws {
        let directory = try TestDirectory("link")
        let path = directory.path(of: "socket")
        let server = try LinkProcess("serve", "unix:\(path)")
        let link = client()
        let lister = try link.actor(Lister.self, named: "lister", at: .unix(path))
        #expect(try await lister.pid() == server.pid)
        let calls = (0..<50).map { _ in Task { await linkError { try await lister.hang() } } }
        // Until all have arrived there.
        while try await lister.notes() < calls.count {}
        try server.kill()
        for call in calls {
            let error = try #require(await call.value)
            #expect(error.code == .connectionLost)
            #expect(error.mayHaveRun)
            #expect(error.message.contains("fixture (pid \(server.pid), unix:\(path))"), "\(error)")
        }
        // Nobody is there: a call waits until its deadline, and was not sent.
        let outage = try #require(
            await linkError { try await withCallDeadline(.seconds(1)) { try await lister.echo("x") } })
        #expect(outage.code == .unreachable)
        #expect(!outage.mayHaveRun)
        #expect(outage.message.contains("nobody listens"), "\(outage)")
        // One that still waits when somebody is there again is answered.
        let waiting = Task { try await lister.pid() }
        let next = try LinkProcess("serve", "unix:\(path)")
        #expect(try await waiting.value == next.pid)
        #expect(try next.end().contains("cut off: 0"))
        #expect(try directory.descriptor.names() == [])
        await link.shutdown()
    }

    @Test func `a server killed again and again under load: every call has an end, and the last ones an answer`()
        async throws
    {
        let directory = try TestDirectory("link")
        let path = directory.path(of: "socket")
        var server = try LinkProcess("serve", "unix:\(path)")
        let link = client()
        let lister = try link.actor(Lister.self, named: "lister", at: .unix(path))
        let isOver = Flag()
        let callers = (0..<8).map { number in
            Task {
                var answered = 0
                var lost = 0
                // Each has answers from some life, however late its task began.
                while !isOver.isSet || answered < 5 {
                    do {
                        #expect(try await lister.add(answered, number) == answered + number)
                        answered += 1
                    } catch let error as LinkError where error.code == .connectionLost {
                        lost += 1
                    } catch {
                        Issue.record("\(error)")
                    }
                }
                return (answered, lost)
            }
        }
        for _ in 0..<5 {
            // So many calls are answered in each life.
            for _ in 0..<50 {
                do { _ = try await lister.echo("x") } catch let error as LinkError where error.code == .connectionLost {
                }
            }
            try server.kill()
            server = try LinkProcess("serve", "unix:\(path)")
        }
        #expect(try await lister.pid() == server.pid)
        isOver.set()
        for caller in callers {
            let (answered, lost) = await caller.value
            #expect(answered > 0)
            #expect(lost <= 5)
        }
        _ = try server.end()
        await link.shutdown()
    }

    @Test func `a caller of another user is refused by name`() async throws {
        let directory = try TestDirectory("link", mode: 0o755)
        let path = directory.path(of: "socket")
        var configuration = LinkConfiguration(name: "server")
        configuration.socketMode = 0o666
        let server = LinkSystem(configuration, logger: .silent)
        try server.export(Lister(actorSystem: server), as: "lister")
        try await server.listen(on: .unix(path))
        let output = try LinkProcess("call", "unix:\(path)", user: Self.nobody).end()
        #expect(output.contains("error: refused"), "\(output)")
        #expect(output.contains("user 65534 may not call server"), "\(output)")
        await server.shutdown()

        // Who is named may.
        configuration.users = [Self.nobody]
        configuration.socketMode = nil
        let open = LinkSystem(configuration, logger: .silent)
        try open.export(Lister(actorSystem: open), as: "lister")
        try await open.listen(on: .unix(path))
        #expect(try LinkProcess("call", "unix:\(path)", user: Self.nobody).end().contains("answer: hello"))
        await open.shutdown()
    }

    @Test func `a server of another user is not called`() async throws {
        let directory = try TestDirectory("link", mode: 0o777)
        let path = directory.path(of: "socket")
        let server = try LinkProcess("serve", "unix:\(path)", user: Self.nobody)
        let link = client()
        let lister = try link.actor(Lister.self, named: "lister", at: .unix(path))
        let error = try #require(
            await linkError { try await withCallDeadline(.seconds(1)) { try await lister.echo("x") } })
        #expect(error.code == .unreachable)
        #expect(error.message.contains("of user 65534"), "\(error)")
        await link.shutdown()
        try server.kill()
    }
}

/// Set once, for everybody to see.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}
