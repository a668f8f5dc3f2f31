import HobAMQPCore
import HobPolicy
import Testing

@Suite struct RecoveryMachineTests {
    private static let policy = RecoveryPolicy(
        backoff: Backoff(initial: .seconds(1), maximum: .seconds(8), jitter: 0, resetAfter: .seconds(10)))
    private static let lost = RecoveryEvent.ended(.lost("x"))

    private static func at(_ seconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: seconds * 1_000_000_000)
    }

    private static func up(_ policy: RecoveryPolicy = policy, hosts: Int = 1) -> RecoveryMachine {
        var machine = RecoveryMachine(policy, hosts: hosts, seed: 1)
        _ = machine.handle(.start, at: .zero)
        _ = machine.handle(.connected([]), at: .zero)
        return machine
    }

    @Test func `the first connection tries each host once and then says no`() {
        var machine = RecoveryMachine(Self.policy, hosts: 3, seed: 1)
        var tried: [Int] = []
        var actions = machine.handle(.start, at: .zero)
        while case .connect(let host)? = actions.first {
            tried.append(host)
            actions = machine.handle(Self.lost, at: .zero)
        }
        #expect(Set(tried) == [0, 1, 2] && tried.count == 3)
        #expect(actions == [.gaveUp(.lost("x"))])
    }

    @Test func `hosts are begun with by chance`() {
        let first = Set(
            (0..<50).compactMap { seed -> Int? in
                var machine = RecoveryMachine(Self.policy, hosts: 3, seed: UInt64(seed))
                guard case .connect(let host)? = machine.handle(.start, at: .zero).first else { return nil }
                return host
            })
        #expect(first == [0, 1, 2])
    }

    @Test func `who persists waits longer after each round, to a cap`() {
        var policy = Self.policy
        policy.persistsAtStart = true
        var machine = RecoveryMachine(policy, hosts: 2, seed: 1)
        var waits: [Duration] = []
        _ = machine.handle(.start, at: .zero)
        for _ in 0..<6 {
            guard case .connect? = machine.handle(Self.lost, at: .zero).first,
                case .wait(let delay)? = machine.handle(Self.lost, at: .zero).first
            else { break }
            waits.append(delay)
            _ = machine.handle(.expired, at: .zero)
        }
        #expect(waits == [1, 2, 4, 8, 8, 8].map { .seconds($0) })
    }

    @Test func `while nobody is there it never waits long, for it costs nobody anything`() {
        var policy = Self.policy
        policy.maximumWhenUnreachable = .seconds(2)
        var machine = Self.up(policy, hosts: 2)
        #expect(machine.handle(Self.lost, at: Self.at(60)).count == 1)
        func round(_ first: ConnectionEnding, _ second: ConnectionEnding) -> [RecoveryAction] {
            _ = machine.handle(.ended(first), at: Self.at(60))
            defer { _ = machine.handle(.expired, at: Self.at(60)) }
            return machine.handle(.ended(second), at: Self.at(60))
        }
        let refused = ConnectionEnding.unreachable("no")
        for seconds in [1, 2, 2, 2] { #expect(round(refused, refused) == [.wait(.seconds(seconds))]) }
        // One host that takes long, or says no, is to be spared.
        #expect(round(refused, .handshakeTimedOut(.seconds(1))) == [.wait(.seconds(8))])
        #expect(round(.refused(.accessRefused, "no"), refused) == [.wait(.seconds(8))])
        #expect(round(refused, refused) == [.wait(.seconds(2))])
        // Once it stood, all that is forgotten.
        _ = machine.handle(.connected([]), at: Self.at(60))
        _ = machine.handle(Self.lost, at: Self.at(100))
        #expect(round(.failed("x"), .failed("x")) == [.wait(.seconds(1))])
    }

    @Test func `rounds are spent at last`() {
        var policy = Self.policy
        policy.maximumRounds = 2
        var machine = Self.up(policy)
        #expect(machine.handle(Self.lost, at: Self.at(60)) == [.connect(host: 0)])
        #expect(machine.handle(Self.lost, at: Self.at(60)) == [.wait(.seconds(1))])
        _ = machine.handle(.expired, at: Self.at(61))
        #expect(machine.handle(Self.lost, at: Self.at(61)) == [.gaveUp(.lost("x"))])
    }

    @Test func `a lost connection is tried at once, a short-lived one after a delay that grows`() {
        var machine = Self.up()
        #expect(machine.handle(Self.lost, at: Self.at(20)) == [.connect(host: 0)])
        #expect(machine.handle(.connected([]), at: Self.at(20)) == [.restored(isFirst: false)])
        #expect(machine.handle(Self.lost, at: Self.at(21)) == [.wait(.seconds(1))])
        #expect(machine.handle(.expired, at: Self.at(22)) == [.connect(host: 0)])
        _ = machine.handle(.connected([]), at: Self.at(22))
        #expect(machine.handle(Self.lost, at: Self.at(23)) == [.wait(.seconds(2))])
    }

    @Test func `who does not recover hears of the loss`() {
        var policy = Self.policy
        policy.recovers = false
        var machine = Self.up(policy)
        #expect(machine.handle(Self.lost, at: Self.at(60)) == [.gaveUp(.lost("x"))])
    }

    private static let queue = QueueDeclaration(name: "amq.gen-1", isServerNamed: true)
    private static let exchange = ExchangeDeclaration(name: "e", type: "topic")
    private static func bind(_ queue: String) -> RecoveryStep {
        .binding(Binding(source: "e", destination: .queue(queue), routingKey: ""))
    }

    @Test func `steps are made one after the other, with the new names`() {
        var machine = RecoveryMachine(Self.policy, hosts: 1, seed: 1)
        _ = machine.handle(.start, at: .zero)
        let steps: [RecoveryStep] = [
            .channel(1), .prefetch(1), .topologyChannel, .exchange(Self.exchange), .queue(Self.queue),
            Self.bind("amq.gen-1"), .consumer(channel: 1, tag: "c", queue: "amq.gen-1"),
        ]
        #expect(machine.handle(.connected(steps), at: .zero) == [.perform(.channel(1))])
        for step in steps[1...4] { #expect(machine.handle(.stepDone(queue: nil), at: .zero) == [.perform(step)]) }
        #expect(
            machine.handle(.stepDone(queue: "amq.gen-2"), at: .zero) == [
                .rename(old: "amq.gen-1", new: "amq.gen-2"), .perform(Self.bind("amq.gen-2")),
            ])
        #expect(
            machine.handle(.stepDone(queue: nil), at: .zero) == [
                .perform(.consumer(channel: 1, tag: "c", queue: "amq.gen-2"))
            ])
        #expect(machine.handle(.stepDone(queue: nil), at: .zero) == [.restored(isFirst: true)])
        #expect(machine.isUp)
    }

    @Test func `what hangs on a refused queue is not tried, the rest is`() {
        var machine = RecoveryMachine(Self.policy, hosts: 1, seed: 1)
        _ = machine.handle(.start, at: .zero)
        let q = QueueDeclaration(name: "q")
        let other = QueueDeclaration(name: "other")
        let consumer = RecoveryStep.consumer(channel: 1, tag: "c", queue: "q")
        let fine = RecoveryStep.consumer(channel: 1, tag: "d", queue: "other")
        _ = machine.handle(.connected([.queue(q), .queue(other), Self.bind("q"), consumer, fine]), at: .zero)
        #expect(
            machine.handle(.stepFailed(.preconditionFailed, "no"), at: .zero) == [
                .report(.queue(q), .preconditionFailed, "no"), .perform(.topologyChannel),
            ])
        #expect(machine.handle(.stepDone(queue: nil), at: .zero) == [.perform(.queue(other))])
        let actions = machine.handle(.stepDone(queue: nil), at: .zero)
        #expect(actions.count == 3)
        #expect(actions.last == .perform(fine))
        guard case .report(consumer, .notFound, let text)? = actions.dropFirst().first else {
            Issue.record("\(actions)")
            return
        }
        #expect(text.contains("queue 'q'"))
    }

    @Test func `a queue that the old connection still holds is tried again for a while`() {
        var machine = RecoveryMachine(Self.policy, hosts: 1, seed: 1)
        _ = machine.handle(.start, at: .zero)
        let q = QueueDeclaration(name: "q", isExclusive: true)
        _ = machine.handle(.connected([.queue(q)]), at: .zero)
        for _ in 0..<RecoveryMachine.lockRetryLimit {
            #expect(machine.handle(.stepFailed(.resourceLocked, "no"), at: .zero) == [.wait(.milliseconds(500))])
            #expect(machine.handle(.expired, at: .zero) == [.perform(.topologyChannel)])
            #expect(machine.handle(.stepDone(queue: nil), at: .zero) == [.perform(.queue(q))])
        }
        #expect(
            machine.handle(.stepFailed(.resourceLocked, "no"), at: .zero).first
                == .report(
                    .queue(q), .resourceLocked, "no"))
    }

    @Test func `a connection that breaks while things are made again is made again itself`() {
        var machine = Self.up()
        _ = machine.handle(Self.lost, at: Self.at(60))
        _ = machine.handle(.connected([.channel(1)]), at: Self.at(60))
        #expect(machine.handle(Self.lost, at: Self.at(60)) == [.wait(.seconds(1))])
        #expect(machine.handle(.stepDone(queue: nil), at: Self.at(60)) == [])
        #expect(machine.handle(.stop, at: Self.at(60)) == [.stopWaiting])
        #expect(machine.handle(.expired, at: Self.at(61)) == [])
    }

    /// It always has something under way: an attempt, a timer, a step; or it is up, or over.
    @Test(arguments: 0..<UInt64(500))
    func `a random walk is never stuck`(seed: UInt64) {
        var random = seeded(seed)
        var policy = Self.policy
        policy.persistsAtStart = true
        var machine = RecoveryMachine(policy, hosts: 3, seed: seed)
        var now = Self.at(0)
        var pending = machine.handle(.start, at: now).last
        let steps: [RecoveryStep] = [
            .channel(1), .topologyChannel, .exchange(Self.exchange), .queue(Self.queue), Self.bind("amq.gen-1"),
            .consumer(channel: 1, tag: "c", queue: "amq.gen-1"),
        ]
        for _ in 0..<300 {
            now = now + .milliseconds(Int.random(in: 0..<5_000, using: &random))
            let event: RecoveryEvent
            let luck = Int.random(in: 0..<6, using: &random)
            switch pending {
            case .connect: event = luck < 4 ? .connected(steps) : Self.lost
            case .wait: event = .expired
            case .perform:
                event =
                    luck == 0
                    ? Self.lost
                    : luck == 1
                        ? .stepFailed([.resourceLocked, .notFound].randomElement(using: &random) ?? .notFound, "x")
                        : .stepDone(queue: luck == 2 ? "amq.gen-9" : nil)
            case .restored: event = Self.lost
            case .stopWaiting, .rename, .report, .gaveUp, nil:
                Issue.record("seed \(seed): stuck after \(String(describing: pending))")
                return
            }
            pending = machine.handle(event, at: now).last
        }
    }
}
