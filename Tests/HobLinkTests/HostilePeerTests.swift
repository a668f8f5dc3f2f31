import HobLink
import HobPolicy
import HobSystem
import HobTestKit
import LinkActors
import Testing

/// Whoever connects and does not keep to the protocol gets an answer, and nobody else notices.
@Suite("Hostile peers", .ownThread) struct HostilePeerTests {
    private static let hello = Frame.hello(Frame.Hello(interface: "1", name: "raw", pid: 1))

    private func path(_ pair: LinkPair) -> String { pair.directory.path(of: "socket") }

    @Test func `bytes that are no frames are refused with words`() async throws {
        let pair = try await LinkPair(server: { $0.greetingLimit = .seconds(2) })
        let samples: [[UInt8]] = [
            Array("GET / HTTP/1.1\r\n\r\n".utf8), [0, 0, 0, 0], [0, 0, 0, 9] + [UInt8](repeating: 99, count: 9),
            [0xFF, 0xFF, 0xFF, 0xFF] + [UInt8](repeating: 1, count: 9),
            [0, 0, 0, 9, 1] + [UInt8](repeating: 0, count: 8), [],
        ]
        for sample in samples {
            let raw = try RawPeer(path(pair))
            try raw.send(sample)
            let answer = try raw.all()
            #expect(answer.refusals.count == 1, "\(sample): \(answer)")
        }
        #expect(try await pair.lister.echo("x") == "x")
        await pair.end()
    }

    @Test func `random bytes, with and without a greeting`() async throws {
        let pair = try await LinkPair()
        var generator = SplitMix64(seed: 20_262)
        for round in 0..<60 {
            let raw = try RawPeer(path(pair))
            if round.isMultiple(of: 2) { try raw.send(Self.hello) }
            let count = Int.random(in: 1...400, using: &generator)
            // Small lengths, so that something is found in them.
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            for place in stride(from: 0, to: count - 4, by: 13) {
                bytes.replaceSubrange(place..<place + 3, with: [0, 0, 0])
            }
            try raw.send(bytes)
            raw.close()
        }
        #expect(try await pair.lister.echo("x") == "x")
        await pair.end()
    }

    @Test func `another version and another interface are named by both sides`() async throws {
        let pair = try await LinkPair(client: { $0.interface = "2" })
        let error = try #require(await linkError { try await pair.lister.echo("x") })
        #expect(error.code == .refused)
        #expect(!error.mayHaveRun)
        #expect(error.message.contains("\"2\"") && error.message.contains("\"1\""))
        let raw = try RawPeer(path(pair))
        try raw.send(.hello(Frame.Hello(version: 9, interface: "1", name: "raw", pid: 1)))
        let refusals = try raw.all().refusals
        #expect(refusals.count == 1)
        #expect(refusals.first?.contains("version 1") == true && refusals.first?.contains("version 9") == true)
        await pair.end()
    }

    @Test func `calls with wrong names and arguments are answered one by one`() async throws {
        let pair = try await LinkPair()
        let raw = try RawPeer(path(pair))
        var decoder = FrameDecoder(limit: 1 << 20)
        try raw.send(Self.hello)
        guard case .frame(.hello) = try raw.next(&decoder) else {
            Issue.record("no greeting")
            return
        }
        let echo = "$s10LinkActors6ListerC4echoyS2SYaKFTE"
        let calls: [(target: String, arguments: [[UInt8]], refusal: Frame.Refusal?)] = [
            (echo, [[0x61, 0x78]], nil), (echo, [[0x01]], .badArgument), (echo, [], .badArgument),
            (echo, [[0xFF]], .badArgument), ("", [], .unknownTarget), ("$s10LinkActors6ListerC", [], .unknownTarget),
            ("$s10LinkActors6ListerC4nopeyyYaKFTE", [], .unknownTarget),
            ("$s10LinkActors6ListerCTE", [], .unknownTarget),
            ("$s10LinkActors6ListerC" + String(repeating: "0", count: 900) + "TE", [], .unknownTarget),
            ("$s10LinkActors8StrangerC4tellSiyYaKFTE", [], .unknownTarget),
            ("$s10LinkActors6ListerC7genericyxxYaKSeRzSERzs8SendableRzlFTE", [[0x01]], .unknownTarget),
            ("printf", [[0x01]], .unknownTarget),
        ]
        for (index, call) in calls.enumerated() {
            let frame = Frame.Call(
                budget: 10_000_000_000, actor: "lister", target: call.target, arguments: call.arguments)
            try raw.send(.call(id: UInt64(index), frame))
            switch (try raw.next(&decoder), call.refusal) {
            case (.frame(.reply(id: UInt64(index), .value)), nil): break
            case (.frame(.reply(id: UInt64(index), .refused(let refusal, _))), let wanted?):
                #expect(refusal == wanted, "\(call)")
            case (let answer, _): Issue.record("\(call) was answered with \(String(describing: answer))")
            }
        }
        // The same number twice at once is a breach.
        try raw.send(Self.hello)
        #expect(try raw.all().refusals.first?.contains("greeted twice") == true)
        await pair.end()
    }

    @Test func `a server that breaks the protocol fails its callers, who are not stuck`() async throws {
        let directory = try TestDirectory("link")
        let listener = try UnixListener(in: directory.descriptor, name: "socket")
        let link = LinkSystem(LinkConfiguration(name: "client"), logger: .silent)
        let lister = try link.actor(Lister.self, named: "lister", at: .unix(directory.path(of: "socket")))
        let call = Task { await linkError { try await withCallDeadline(.seconds(3)) { try await lister.echo("x") } } }
        try #require(listener.descriptor.waitReadable(until: MonotonicTime.now() + .seconds(30)))
        let connection = try #require(try listener.accept())
        try connection.descriptor.writeAll([0, 0, 0, 9, 77, 0, 0, 0, 0, 0, 0, 0, 0])
        let error = try #require(await call.value)
        #expect(error.code == .unreachable)
        #expect(error.message.contains("protocol") || error.message.contains("greet"))
        await link.shutdown()
    }
}
