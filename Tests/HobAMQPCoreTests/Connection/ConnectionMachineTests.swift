import HobAMQPCore
import HobPolicy
import Testing

@Suite struct ConnectionMachineTests {
    private static let start = ConnectionMethod.start(
        versionMajor: 0, versionMinor: 9, serverProperties: ["product": "RabbitMQ"],
        mechanisms: Array("AMQPLAIN PLAIN".utf8), locales: Array("en_US".utf8))
    private static let plan = ConnectionPlan(
        credentials: .plain(user: "u", password: "p"), virtualHost: "v", limits: ConnectionLimits(heartbeat: 10))

    private static func at(_ seconds: Double) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(seconds * 1e9))
    }

    /// A machine whose connection is open, at second 0.
    private static func open(_ plan: ConnectionPlan = plan) -> ConnectionMachine {
        var machine = ConnectionMachine(plan)
        _ = machine.handle(.transportUp, at: at(0))
        _ = machine.handle(.received(start), at: at(0))
        _ = machine.handle(.received(.tune(channelMax: 2_047, frameMax: 131_072, heartbeat: 60)), at: at(0))
        _ = machine.handle(.received(.openOk()), at: at(0))
        return machine
    }

    @Test func `the handshake from the first byte to the open virtual host`() throws {
        var machine = ConnectionMachine(Self.plan)
        #expect(
            machine.handle(.transportUp, at: .zero) == [.set(.handshake, after: .seconds(10)), .sendProtocolHeader])
        let answer = try #require(machine.handle(.received(Self.start), at: .zero).first)
        guard case .send(.startOk(let properties, let mechanism, let response, let locale)) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(mechanism == "PLAIN" && locale == "en_US")
        #expect(response == [0] + Array("u".utf8) + [0] + Array("p".utf8))
        guard case .table(let capabilities)? = properties["capabilities"] else {
            Issue.record("no capabilities")
            return
        }
        #expect(capabilities["connection.blocked"] == true && capabilities["publisher_confirms"] == true)
        let limits = ConnectionLimits(channelMax: 2_047, frameMax: 65_536, heartbeat: 10)
        #expect(
            machine.handle(.received(.tune(channelMax: 0, frameMax: 65_536, heartbeat: 60)), at: .zero) == [
                .limit(limits), .send(.tuneOk(channelMax: 2_047, frameMax: 65_536, heartbeat: 10)),
                .send(.open(virtualHost: "v")),
            ])
        #expect(
            machine.handle(.received(.openOk()), at: .zero) == [
                .unset(.handshake), .set(.heartbeat, after: .seconds(5)), .opened(["product": "RabbitMQ"], limits),
            ])
        #expect(machine.isOpen)
    }

    @Test func `EXTERNAL says nothing more than TLS has said`() {
        var machine = ConnectionMachine(ConnectionPlan(credentials: .external))
        _ = machine.handle(.transportUp, at: .zero)
        let start = ConnectionMethod.start(versionMajor: 0, versionMinor: 9, mechanisms: Array("PLAIN EXTERNAL".utf8))
        guard case .send(.startOk(_, "EXTERNAL", [], _))? = machine.handle(.received(start), at: .zero).first else {
            Issue.record("no EXTERNAL")
            return
        }
    }

    @Test(arguments: [
        (
            ConnectionLimits(channelMax: 0, frameMax: 0, heartbeat: 0),
            ConnectionLimits(channelMax: 0, frameMax: 0, heartbeat: 0),
            ConnectionLimits(channelMax: 65_535, frameMax: 131_072, heartbeat: 0)
        ),
        (
            ConnectionLimits(channelMax: 5, frameMax: 0, heartbeat: 0),
            ConnectionLimits(channelMax: 0, frameMax: 4_096, heartbeat: 60),
            ConnectionLimits(channelMax: 5, frameMax: 4_096, heartbeat: 60)
        ),
        (
            ConnectionLimits(channelMax: 5, frameMax: 9_000, heartbeat: 9),
            ConnectionLimits(channelMax: 6, frameMax: 8_000, heartbeat: 60),
            ConnectionLimits(channelMax: 5, frameMax: 8_000, heartbeat: 9)
        ),
    ])
    func `limits are what both can live with`(
        ours: ConnectionLimits, theirs: ConnectionLimits, agreed: ConnectionLimits
    ) throws {
        #expect(try ours.agreed(with: theirs) == agreed)
    }

    @Test func `frames too small to speak in are refused`() {
        #expect(throws: AMQPProtocolError.self) {
            try ConnectionLimits().agreed(with: ConnectionLimits(frameMax: 100))
        }
    }

    @Test func `a refused log-in ends with the broker's words`() {
        var machine = ConnectionMachine(Self.plan)
        _ = machine.handle(.transportUp, at: .zero)
        _ = machine.handle(.received(Self.start), at: .zero)
        let actions = machine.handle(.received(.close(replyCode: 403, replyText: "ACCESS_REFUSED")), at: .zero)
        #expect(actions.first == .send(.closeOk))
        #expect(actions.last == .ended(.refused(.accessRefused, "ACCESS_REFUSED")))
        #expect(machine.isOver)
    }

    @Test func `a server without a word for it hangs up, and the ending says what may be wrong`() {
        var machine = ConnectionMachine(Self.plan)
        _ = machine.handle(.transportUp, at: .zero)
        _ = machine.handle(.received(Self.start), at: .zero)
        guard case .ended(.failed(let reason))? = machine.handle(.transportDown("end of stream"), at: .zero).last else {
            Issue.record("not failed")
            return
        }
        #expect(reason.contains("password may be wrong") && !reason.contains("p\""))
    }

    @Test func `nobody there, and a server that hangs up before its first word, are told from other failures`() {
        var machine = ConnectionMachine(Self.plan)
        #expect(machine.handle(.transportRefused("no"), at: .zero).last == .ended(.unreachable("no")))
        machine = ConnectionMachine(Self.plan)
        #expect(machine.handle(.transportDown("no TLS"), at: .zero).last == .ended(.failed("no TLS")))
        machine = ConnectionMachine(Self.plan)
        _ = machine.handle(.transportUp, at: .zero)
        guard case .ended(.unreachable)? = machine.handle(.transportDown("end of stream"), at: .zero).last else {
            Issue.record("not unreachable")
            return
        }
    }

    @Test func `servers that cannot be talked to`() {
        for (event, words) in [
            (ConnectionEvent.serverVersion("1-0-0"), "1-0-0"),
            (.received(.start(versionMajor: 8, versionMinor: 0)), "8-0"),
            (.received(.start(versionMajor: 0, versionMinor: 9, mechanisms: Array("X Y".utf8))), "X, Y"),
        ] {
            var machine = ConnectionMachine(Self.plan)
            _ = machine.handle(.transportUp, at: .zero)
            guard case .ended(.incompatible(let text))? = machine.handle(event, at: .zero).last else {
                Issue.record("\(event)")
                continue
            }
            #expect(text.contains(words))
        }
    }

    @Test func `methods out of order are told so with 503`() {
        for method in [ConnectionMethod.openOk(), .tune(), .blocked(), .closeOk, .startOk()] {
            var machine = ConnectionMachine(Self.plan)
            _ = machine.handle(.transportUp, at: .zero)
            let actions = machine.handle(.received(method), at: .zero)
            guard case .send(.close(503, _, _, _))? = actions.last else {
                Issue.record("\(method): \(actions)")
                continue
            }
            let last = machine.handle(.expired(.close), at: .zero).last
            guard case .ended(.violated(let error))? = last else {
                Issue.record("\(String(describing: last))")
                continue
            }
            #expect(error.code == .commandInvalid)
        }
    }

    @Test func `a handshake that never ends is ended`() {
        var machine = ConnectionMachine(Self.plan)
        _ = machine.handle(.transportUp, at: .zero)
        #expect(machine.handle(.expired(.handshake), at: .zero).last == .ended(.handshakeTimedOut(.seconds(10))))
    }

    @Test func `a heartbeat goes out after half an interval of silence of ours, and none while we speak`() {
        var machine = Self.open()
        machine.sawTraffic(at: Self.at(5))
        #expect(
            machine.handle(.expired(.heartbeat), at: Self.at(5)) == [
                .sendHeartbeat, .set(.heartbeat, after: .seconds(5)),
            ])
        machine.sentTraffic(at: Self.at(9))
        machine.sawTraffic(at: Self.at(9))
        #expect(machine.handle(.expired(.heartbeat), at: Self.at(10)) == [.set(.heartbeat, after: .seconds(4))])
    }

    @Test func `two intervals without any traffic are death, and not a moment earlier`() {
        var machine = Self.open()
        machine.sawTraffic(at: Self.at(3))
        #expect(
            machine.handle(.expired(.heartbeat), at: Self.at(22.9)) == [
                .sendHeartbeat, .set(.heartbeat, after: .milliseconds(100)),
            ])
        let actions = machine.handle(.expired(.heartbeat), at: Self.at(23))
        #expect(actions.first == .closing)
        #expect(actions.suffix(2) == [.dropTransport, .ended(.silent(.seconds(20)))])
    }

    @Test func `a connection without heartbeats sets no timer for them`() {
        var machine = ConnectionMachine(ConnectionPlan(credentials: .external, limits: ConnectionLimits(heartbeat: 0)))
        _ = machine.handle(.transportUp, at: .zero)
        _ = machine.handle(
            .received(.start(versionMajor: 0, versionMinor: 9, mechanisms: Array("EXTERNAL".utf8))), at: .zero)
        _ = machine.handle(.received(.tune()), at: .zero)
        let actions = machine.handle(.received(.openOk()), at: .zero)
        #expect(!actions.contains { if case .set(.heartbeat, _) = $0 { true } else { false } })
    }

    @Test func `blocked and unblocked are surfaced, and secrets renewed`() {
        var machine = Self.open()
        #expect(machine.handle(.received(.unblocked), at: .zero) == [])
        #expect(machine.handle(.received(.blocked(reason: "low on memory")), at: .zero) == [.blocked("low on memory")])
        #expect(machine.handle(.received(.unblocked), at: .zero) == [.unblocked])
        #expect(
            machine.handle(.updateSecret([1], reason: "expiry"), at: .zero) == [
                .send(.updateSecret(newSecret: [1], reason: "expiry"))
            ])
        #expect(machine.handle(.received(.updateSecretOk), at: .zero) == [.secretUpdated])
    }

    @Test func `closing waits for the answer, for a time`() {
        var machine = Self.open()
        #expect(
            machine.handle(.close(.success, "bye"), at: .zero) == [
                .closing, .unset(.handshake), .unset(.heartbeat), .set(.close, after: .seconds(5)),
                .send(.close(replyCode: 200, replyText: "bye")),
            ])
        var other = machine
        #expect(machine.handle(.received(.blocked()), at: .zero) == [])
        // Both at once.
        #expect(machine.handle(.received(.close(replyCode: 320)), at: .zero) == [.send(.closeOk)])
        #expect(machine.handle(.received(.closeOk), at: .zero).last == .ended(.closed))
        #expect(other.handle(.expired(.close), at: .zero).last == .ended(.closed))
        #expect(machine.handle(.received(.closeOk), at: .zero) == [])
    }

    @Test func `the broker's close is answered, and its words kept`() {
        var machine = Self.open()
        let actions = machine.handle(.received(.close(replyCode: 320, replyText: "shutdown")), at: .zero)
        #expect(actions.prefix(2) == [.closing, .send(.closeOk)])
        #expect(actions.last == .ended(.closedByServer(.connectionForced, "shutdown")))
    }

    @Test func `a long complaint is cut to what a short string holds`() throws {
        var machine = Self.open()
        let error = AMQPProtocolError(.frameError, String(repeating: "ä", count: 300))
        for action in machine.handle(.violated(error), at: .zero) {
            guard case .send(let method) = action else { continue }
            #expect(try !Wire.bytes(.connection(method), channel: 0).isEmpty)
        }
    }

    /// Whatever comes in whatever order: it ends once, says so last, and is silent afterwards.
    @Test(arguments: 0..<UInt64(1_000))
    func `a random walk ends once`(seed: UInt64) {
        var random = seeded(seed)
        var machine = ConnectionMachine(Self.plan)
        var now = Self.at(0)
        var endings = 0
        for step in 0..<60 {
            now = now + .milliseconds(Int.random(in: 0..<3_000, using: &random))
            if Bool.random(using: &random) { machine.sawTraffic(at: now) }
            let actions = machine.handle(event(step, using: &random), at: now)
            if endings > 0 { #expect(actions.isEmpty, "seed \(seed): \(actions)") }
            for (index, action) in actions.enumerated() {
                guard case .ended = action else { continue }
                endings += 1
                #expect(index == actions.count - 1, "seed \(seed)")
            }
            #expect(machine.isOver == (endings == 1), "seed \(seed)")
            for case .set(_, let delay) in actions { #expect(delay > .zero, "seed \(seed)") }
        }
        #expect(endings <= 1, "seed \(seed)")
    }

    private func event(_ step: Int, using random: inout SplitMix64) -> ConnectionEvent {
        switch Int.random(in: 0..<31, using: &random) {
        case 0..<6: .transportUp
        case 6..<11: .received(Self.start)
        case 11..<16: .received(.tune(channelMax: 1, frameMax: 4_096, heartbeat: 3))
        case 16..<21: .received(.openOk())
        case 21: .received(.closeOk)
        case 22: .received(.blocked(reason: "x"))
        case 23: .received(.unblocked)
        case 24: .expired(ConnectionTimer.allCases.randomElement(using: &random) ?? .close)
        case 25: .expired(.heartbeat)
        case 26: step > 20 ? .close(.success, "") : .received(.updateSecretOk)
        case 27: step > 20 ? .received(.close()) : .updateSecret([], reason: "")
        case 28: step > 20 ? .violated(AMQPProtocolError(.frameError, "x")) : .transportUp
        case 29: step > 40 ? .transportRefused("x") : .received(.unblocked)
        default: step > 40 ? .transportDown("x") : .received(.unblocked)
        }
    }
}
