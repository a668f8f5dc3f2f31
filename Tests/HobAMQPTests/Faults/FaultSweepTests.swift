import BrokerKit
import Glibc
import HobAMQP
import HobPolicy
import HobSystem
import Synchronization
import Testing

/// A session whose way is broken at each byte of either direction, in each manner: it ends well all the same.
///
/// About each frame's ends, and at a sample of the other places whose seed is printed (HOB_SEED takes another); at every
/// byte with HOB_LONG.
@Suite(.ownThread) struct FaultSweepTests {
    private struct Case: Sendable, CustomStringConvertible {
        var fault: FaultScript.Fault
        var direction: FaultScript.Direction
        var offset: Int

        var description: String { "\(fault) behind \(offset) bytes \(direction)" }
    }

    private struct Stuck: Error {}

    private static let isLong = getenv("HOB_LONG") != nil
    private static let seed = getenv("HOB_SEED").flatMap { UInt64(String(cString: $0)) } ?? .random(in: 0 ... .max)

    private let host: VirtualHost

    init() throws {
        host = try VirtualHost(on: .shared())
    }

    @Test(.timeLimit(.minutes(60)))
    func `row 16: cut, closed, half closed at any byte, the session ends well`() async throws {
        try await sweep([.reset, .close, .halfClose], atOnce: 12)
    }

    @Test(.timeLimit(.minutes(60)))
    func `row 16: stalled and swallowed from any byte on, the session ends well`() async throws {
        // They wait for heartbeats, not for processors.
        try await sweep([.stall, .blackHole], atOnce: 64)
    }

    private func sweep(_ faults: [FaultScript.Fault], atOnce: Int) async throws {
        let cases = try await cases(faults)
        let observer = try await AMQPConnection.connect(to: host.url)
        let sweep = Sweep(cases)
        let start = ContinuousClock.now
        await withDiscardingTaskGroup { group in
            for _ in 0..<atOnce {
                group.addTask {
                    while let (number, one) = sweep.take() {
                        let begun = ContinuousClock.now
                        do {
                            if let fault = try await run(one, number, observer) { sweep.failed(fault) }
                        } catch {
                            sweep.failed("\(one): \(error)")
                        }
                        sweep.took(ContinuousClock.now - begun, "\(one)")
                    }
                }
            }
        }
        let (bad, longest) = sweep.results
        print(
            "fault sweep: \(faults): \(cases.count) sessions in \(ContinuousClock.now - start), seed \(Self.seed), "
                + "\(bad.count) ended badly, the longest took \(longest)")
        #expect(bad.isEmpty, "seed \(Self.seed): \(bad.prefix(10).joined(separator: "\n"))")
        await observer.close()
    }

    /// The cases that are left, and what became of the others.
    private final class Sweep: Sendable {
        private let next = Atomic(0)
        private let cases: [Case]
        private let failures = Mutex<[String]>([])
        private let longest = Mutex((time: Duration.zero, name: ""))

        init(_ cases: [Case]) {
            self.cases = cases
        }

        func take() -> (Int, Case)? {
            let number = next.add(1, ordering: .relaxed).oldValue
            return number < cases.count ? (number, cases[number]) : nil
        }

        func failed(_ text: String) { failures.withLock { $0.append(text) } }

        func took(_ time: Duration, _ name: String) {
            longest.withLock { if time > $0.time { $0 = (time, name) } }
        }

        var results: (bad: [String], longest: String) {
            let (time, name) = longest.withLock { $0 }
            return (failures.withLock { $0 }, "\(time): \(name)")
        }
    }

    /// What a session without faults says tells where its frames end.
    private func cases(_ faults: [FaultScript.Fault]) async throws -> [Case] {
        var script = FaultScript()
        script.isRecorded = true
        let proxy = try FaultProxy(to: host.broker.address, script: script)
        defer { proxy.end() }
        _ = try await ScriptedSession(queue: "rehearsal").run(host.url(by: proxy))
        _ = proxy.waitForEnd()
        var random = SplitMix64(seed: Self.seed)
        return FaultScript.Direction.allCases.flatMap { direction in
            let bytes = proxy.connections[0].record[direction.rawValue]
            var offsets = Set(0...bytes.count)
            if !Self.isLong {
                let few = offsets.shuffled(using: &random).prefix(20)
                offsets = Set(FrameBoundaries.of(bytes).flatMap { [$0 - 1, $0, $0 + 1] }.filter { $0 >= 0 } + few)
            }
            return offsets.sorted().flatMap { offset in
                faults.map { Case(fault: $0, direction: direction, offset: offset) }
            }
        }
    }

    /// - Returns: what is wrong.
    private func run(_ one: Case, _ number: Int, _ observer: AMQPConnection) async throws -> String? {
        let proxy = try FaultProxy(to: host.broker.address, script: .after(one.offset, one.direction, one.fault))
        let session = ScriptedSession(queue: "q\(number)")
        let url = host.url(by: proxy)
        let (confirmed, received) = try await Self.within(.seconds(120)) { try await session.run(url) }
        guard confirmed == Set(ScriptedSession.bodies), received.isSuperset(of: confirmed) else {
            return "\(one): confirmed \(confirmed), received \(received)"
        }
        // What is left is what was sent twice, or whose acknowledgement was lost on the way; nothing else.
        let channel = try await observer.openChannel()
        while let delivery = try await channel.get(session.queue, noAck: true) {
            guard ScriptedSession.bodies.contains(delivery.text) else { return "\(one): left \(delivery.text)" }
        }
        try await channel.deleteQueue(session.queue)
        try await channel.close()
        return nil
    }

    /// Nothing may hang: who does is cancelled, and the case is named.
    private static func within<Result: Sendable>(
        _ patience: Duration, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() ?? nil else { throw Stuck() }
            return result
        }
    }
}
