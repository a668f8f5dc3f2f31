import HobLink
import HobPolicy
import LinkActors
import Testing

/// Calls between two systems of this process, over real sockets.
@Suite("Calls over a link", .ownThread) struct CallTests {
    @Test(arguments: [false, true])
    func `values, bytes and functions without a value`(tcp: Bool) async throws {
        let pair = try await LinkPair(tcp: tcp)
        #expect(try await pair.lister.echo("häß") == "häß")
        #expect(try await pair.lister.add(2, -5) == -3)
        let megabyte = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0) }
        #expect(try await pair.lister.bytes(megabyte) == megabyte)
        try await pair.lister.note()
        #expect(try await pair.lister.notes() == 1)
        await pair.end()
    }

    @Test func `10,000 calls at once are all answered, each with its own answer`() async throws {
        let pair = try await LinkPair()
        let lister = pair.lister
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<10_000 {
                group.addTask { try await lister.add(number, 1) - number }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 10_000)
        await pair.end()
    }

    @Test(arguments: [false, true])
    func `many large calls and answers at once pass each other`(tcp: Bool) async throws {
        let pair = try await LinkPair(tcp: tcp, server: { $0.concurrency = 8 })
        let lister = pair.lister
        // Neither side may wait with reading for its writing to go on: together that is far more than sockets hold.
        let total = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<32 {
                group.addTask {
                    let bytes = [UInt8](repeating: UInt8(number), count: 1 << 20)
                    return try await lister.bytes(bytes) == bytes ? 1 : 0
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(total == 32)
        await pair.end()
    }

    @Test func `an error that both know comes back as itself, another by its type and words`() async throws {
        let pair = try await LinkPair(client: { $0.errors = [KnownFailure.self] })
        await #expect(throws: KnownFailure(text: "no soup")) { try await pair.lister.fail("no soup") }
        let odd = try #require(await linkError { try await pair.lister.failOddly() })
        #expect(odd.code == .thrown)
        #expect(odd.thrownType == "LinkActors.OddFailure")
        #expect(odd.message.contains("odd"))
        #expect(odd.mayHaveRun)
        await pair.end()
    }

    @Test func `an error whose type was not made known comes by its words, too`() async throws {
        let pair = try await LinkPair()
        let error = try #require(await linkError { try await pair.lister.fail("no soup") })
        #expect(error.code == .thrown)
        #expect(error.message.contains("no soup"))
        await pair.end()
    }

    @Test func `an unknown name says which there are`() async throws {
        let pair = try await LinkPair(name: "listr")
        let error = try #require(await linkError { try await pair.lister.echo("x") })
        #expect(error.code == .unknownActor)
        #expect(!error.mayHaveRun)
        #expect(error.message.contains("\"listr\""))
        #expect(error.message.contains("lister, stranger"))
        await pair.end()
    }

    @Test func `an actor of another type is not called with this one's functions`() async throws {
        let pair = try await LinkPair(name: "stranger")
        // The runtime would run it on whatever actor is there.
        let error = try #require(await linkError { try await pair.lister.echo("x") })
        #expect(error.code == .unknownTarget)
        let stranger = try pair.client.actor(Stranger.self, named: "stranger", at: pair.address)
        #expect(try await stranger.tell() == 42)
        let inner = try pair.client.actor(Stranger.Inner.self, named: "stranger", at: pair.address)
        #expect(try #require(await linkError { try await inner.tell() }).code == .unknownTarget)
        await pair.end()
    }

    @Test func `a withdrawn actor is unknown, and a name has one actor`() async throws {
        let pair = try await LinkPair()
        let other = Lister(actorSystem: pair.server)
        #expect(throws: LinkError.self) { try pair.server.export(other, as: "lister") }
        #expect(throws: LinkError.self) { try pair.server.export(other, as: "") }
        #expect(throws: LinkError.self) { try pair.client.export(pair.lister, as: "far") }
        pair.server.withdraw("lister")
        let error = try #require(await linkError { try await pair.lister.echo("x") })
        #expect(error.code == .unknownActor, "\(error)")
        try pair.server.export(other, as: "lister")
        #expect(try await pair.lister.echo("x") == "x")
        await pair.end()
    }

    @Test func `a generic function is refused before anything is sent`() async throws {
        let pair = try await LinkPair()
        let error = try #require(await linkError { try await pair.lister.generic(1) })
        #expect(error.code == .badUse)
        await pair.end()
    }

    @Test func `calls and answers beyond the limit fail alone`() async throws {
        let pair = try await LinkPair(
            server: { $0.frameLimit = 100_000 }, client: { $0.frameLimit = 200_000 })
        let own = try #require(await linkError { try await pair.lister.bytes([UInt8](repeating: 1, count: 300_000)) })
        #expect(own.code == .tooLarge || own.code == .badArgument)
        #expect(!own.mayHaveRun)
        // Larger than the server takes, not than the client sends.
        let far = try #require(await linkError { try await pair.lister.bytes([UInt8](repeating: 1, count: 150_000)) })
        #expect(far.code == .tooLarge)
        let answer = try #require(await linkError { try await pair.lister.zeros(150_000) })
        #expect(answer.code == .badValue || answer.code == .tooLarge)
        #expect(answer.mayHaveRun)
        #expect(try await pair.lister.echo("still here") == "still here")
        await pair.end()
    }

    @Test func `a late call fails at its deadline, and the function is cancelled`() async throws {
        let pair = try await LinkPair(gateIsOpen: false)
        // Connected, so that the call is sent at once.
        _ = try await pair.lister.echo("x")
        let start = ContinuousClock.now
        let error = try #require(
            await linkError { try await withCallDeadline(.milliseconds(200)) { try await pair.lister.wait() } })
        #expect(error.code == .deadlineExceeded)
        #expect(error.mayHaveRun)
        #expect(error.message.contains("server (pid "))
        #expect(ContinuousClock.now - start >= .milliseconds(200))
        await pair.gate.crowd(of: 1)
        #expect(try await pair.lister.notes() == 1)
        await pair.gate.cancellations(of: 1)
        await pair.end()
    }

    @Test func `of nested deadlines the earliest counts`() async throws {
        let pair = try await LinkPair(gateIsOpen: false)
        _ = try await pair.lister.echo("x")
        let error = await linkError {
            try await withCallDeadline(.milliseconds(100)) {
                try await withCallDeadline(.seconds(600)) { try await pair.lister.wait() }
            }
        }
        #expect(error?.code == .deadlineExceeded)
        await pair.end()
    }

    @Test func `a cancelled caller is done at once, and the function is cancelled`() async throws {
        let pair = try await LinkPair(gateIsOpen: false)
        let lister = pair.lister
        let task = Task { try await lister.wait() }
        await pair.gate.crowd(of: 1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await pair.gate.cancellations(of: 1)
        await pair.end()
    }

    @Test func `no more calls of a connection run at once than allowed, and all are answered`() async throws {
        let pair = try await LinkPair(gateIsOpen: false, server: { $0.concurrency = 4 })
        let lister = pair.lister
        let calls = (0..<20).map { _ in Task { try await lister.wait() } }
        await pair.gate.crowd(of: 4)
        pair.gate.open()
        for call in calls { try await call.value }
        await pair.end()
    }

    @Test func `what a called function calls itself has no more time than it`() async throws {
        let pair = try await LinkPair()
        let last = try await LinkPair(gateIsOpen: true)
        #expect(try await pair.lister.forward("on", to: "\(last.address)") == "on")
        await last.end()
        let error = try #require(
            await linkError {
                try await withCallDeadline(.milliseconds(300)) {
                    try await pair.lister.forward("on", to: "\(last.address)")
                }
            })
        #expect(error.code == .thrown || error.code == .deadlineExceeded)
        await pair.end()
    }
}
