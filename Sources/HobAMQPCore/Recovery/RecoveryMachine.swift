package import HobPolicy

/// The way to a connection and back to one, decided: events in, actions out, nothing done.
///
///     idle ─start→ connecting ─connected→ restoring ─all steps→ up
///                   ↑      │ ended            │ ended           │ ended
///                   │      ↓                  ↓                 │
///                   └── waiting (a round over all hosts failed) ┘        stop, rounds spent → over
///
/// Hosts are tried one after the other, from a random one on; a round over all of them is followed by a delay that
/// grows, but not for long while nobody is there: to be refused costs the broker nothing, and who waits ten seconds
/// misses that it is back. Connections that break soon after they stood are counted by themselves, so that nobody
/// hammers a dying broker.
package struct RecoveryMachine: Sendable {
    private enum Phase: Hashable, Sendable {
        case idle
        case connecting
        case waiting
        case restoring
        /// A queue that another connection holds is tried again.
        case waitingForLock
        case up(since: MonotonicInstant)
        case over
    }

    private let policy: RecoveryPolicy
    private let hostCount: Int
    private var host: Int
    private var generator: SplitMix64
    private var phase = Phase.idle
    private var triedInRound = 0
    private var failedRounds = 0
    /// Whether nobody was there on any host of this round.
    private var isUnreachable = true
    /// How many connections in a row broke soon after they stood.
    private var shortLives = 0
    private var hasStood = false
    private var steps = RingQueue<RecoveryStep>()
    private var current: RecoveryStep?
    private var lockRetries = 0
    /// What could not be made again, and what is therefore not tried.
    private var missingExchanges: Set<String> = []
    private var missingQueues: Set<String> = []
    private var renamed: [String: String] = [:]

    /// How often a queue that another connection holds is tried, half a second apart: the broker notices within two
    /// heartbeats that the old connection is dead.
    package static let lockRetryLimit = 60
    private static let lockRetryDelay = Duration.milliseconds(500)

    /// A way that has not begun.
    ///
    /// - Parameters:
    ///   - policy: how hard to try.
    ///   - hosts: how many hosts there are, at least one.
    ///   - seed: decides the first host and the jitter.
    package init(_ policy: RecoveryPolicy, hosts: Int, seed: UInt64) {
        self.policy = policy
        hostCount = max(1, hosts)
        generator = SplitMix64(seed: seed)
        host = Int.random(in: 0..<max(1, hosts), using: &generator)
    }

    /// Whether all stands.
    package var isUp: Bool { if case .up = phase { true } else { false } }
    /// Whether nothing follows.
    package var isOver: Bool { phase == .over }

    /// Takes an event and answers what is to be done, in this order.
    package mutating func handle(_ event: RecoveryEvent, at now: MonotonicInstant) -> [RecoveryAction] {
        switch event {
        case .start:
            guard phase == .idle else { return [] }
            return connect()
        case .connected(let steps):
            guard phase == .connecting else { return [] }
            return restore(steps, at: now)
        case .ended(let ending): return ended(ending, at: now)
        case .stepDone(let queue): return stepDone(queue, at: now)
        case .stepFailed(let code, let text): return stepFailed(code, text, at: now)
        case .expired: return expired()
        case .stop:
            phase = .over
            return [.stopWaiting]
        }
    }

    // MARK: Hosts and rounds

    private mutating func connect() -> [RecoveryAction] {
        phase = .connecting
        return [.connect(host: host)]
    }

    private mutating func ended(_ ending: ConnectionEnding, at now: MonotonicInstant) -> [RecoveryAction] {
        switch phase {
        case .idle, .waiting, .over: return []
        case .connecting:
            if case .unreachable = ending {} else { isUnreachable = false }
            return failed(ending)
        case .restoring:
            isUnreachable = false
            return failed(ending)
        case .waitingForLock:
            isUnreachable = false
            return [.stopWaiting] + failed(ending)
        case .up(let since):
            guard policy.recovers else { return giveUp(ending) }
            beginRound()
            guard now - since < policy.backoff.resetAfter else {
                shortLives = 0
                return connect()
            }
            shortLives += 1
            return wait(policy.backoff, failures: shortLives, ending)
        }
    }

    private mutating func beginRound() {
        triedInRound = 0
        isUnreachable = true
    }

    private mutating func failed(_ ending: ConnectionEnding) -> [RecoveryAction] {
        host = (host + 1) % hostCount
        triedInRound += 1
        guard triedInRound >= hostCount else { return connect() }
        var backoff = policy.backoff
        if isUnreachable { backoff.maximum = min(backoff.maximum, policy.maximumWhenUnreachable) }
        beginRound()
        guard hasStood || policy.persistsAtStart else { return giveUp(ending) }
        failedRounds += 1
        return wait(backoff, failures: failedRounds, ending)
    }

    private mutating func wait(_ backoff: Backoff, failures: Int, _ ending: ConnectionEnding) -> [RecoveryAction] {
        if let most = policy.maximumRounds, failedRounds + shortLives >= most { return giveUp(ending) }
        phase = .waiting
        // The first failure is followed by a delay too: at once would be the second try in no time.
        return [.wait(backoff.delay(afterFailures: failures + 1, using: &generator))]
    }

    private mutating func giveUp(_ ending: ConnectionEnding) -> [RecoveryAction] {
        phase = .over
        return [.gaveUp(ending)]
    }

    private mutating func expired() -> [RecoveryAction] {
        switch phase {
        case .waiting: return connect()
        case .waitingForLock:
            phase = .restoring
            // The refusal has closed our channel.
            return [.perform(.topologyChannel)]
        case .idle, .connecting, .restoring, .up, .over: return []
        }
    }

    // MARK: What is made again

    private mutating func restore(_ steps: [RecoveryStep], at now: MonotonicInstant) -> [RecoveryAction] {
        phase = .restoring
        missingExchanges = []
        missingQueues = []
        renamed = [:]
        lockRetries = 0
        self.steps.removeAll()
        for step in steps { self.steps.append(step) }
        return next(at: now)
    }

    private mutating func next(at now: MonotonicInstant) -> [RecoveryAction] {
        var actions: [RecoveryAction] = []
        while let step = steps.popFirst() {
            let step = withNewNames(step)
            guard let missing = whatIsMissing(for: step) else {
                current = step
                return actions + [.perform(step)]
            }
            actions.append(.report(step, .notFound, "\(missing) could not be made again"))
        }
        current = nil
        let isFirst = !hasStood
        hasStood = true
        phase = .up(since: now)
        failedRounds = 0
        beginRound()
        return actions + [.restored(isFirst: isFirst)]
    }

    /// The steps were laid out with the old names.
    private func withNewNames(_ step: RecoveryStep) -> RecoveryStep {
        switch step {
        case .binding(var binding):
            if case .queue(let name) = binding.destination, let new = renamed[name] {
                binding.destination = .queue(new)
            }
            return .binding(binding)
        case .consumer(let channel, let tag, let queue):
            return .consumer(channel: channel, tag: tag, queue: renamed[queue] ?? queue)
        case .channel, .confirms, .prefetch, .topologyChannel, .exchange, .queue, .closeTopologyChannel: return step
        }
    }

    private func whatIsMissing(for step: RecoveryStep) -> String? {
        switch step {
        case .binding(let binding):
            if missingExchanges.contains(binding.source) { return "exchange '\(binding.source)'" }
            switch binding.destination {
            case .queue(let name): return missingQueues.contains(name) ? "queue '\(name)'" : nil
            case .exchange(let name): return missingExchanges.contains(name) ? "exchange '\(name)'" : nil
            }
        case .consumer(_, _, let queue): return missingQueues.contains(queue) ? "queue '\(queue)'" : nil
        case .channel, .confirms, .prefetch, .topologyChannel, .exchange, .queue, .closeTopologyChannel: return nil
        }
    }

    private mutating func stepDone(_ queue: String?, at now: MonotonicInstant) -> [RecoveryAction] {
        guard phase == .restoring, let step = current else { return [] }
        lockRetries = lockRetries == 0 || step == .topologyChannel ? lockRetries : 0
        if case .queue(let declared) = step, let queue, queue != declared.name {
            renamed[declared.name] = queue
            return [.rename(old: declared.name, new: queue)] + next(at: now)
        }
        return next(at: now)
    }

    private mutating func stepFailed(
        _ code: AMQPReplyCode, _ text: String, at now: MonotonicInstant
    ) -> [RecoveryAction] {
        guard phase == .restoring, let step = current else { return [] }
        // The broker still believes in our old connection.
        if code == .resourceLocked, case .queue = step, lockRetries < Self.lockRetryLimit {
            lockRetries += 1
            phase = .waitingForLock
            prepend([.topologyChannel, step])
            current = steps.popFirst()
            return [.wait(Self.lockRetryDelay)]
        }
        lockRetries = 0
        switch step {
        case .exchange(let exchange): missingExchanges.insert(exchange.name)
        case .queue(let queue): missingQueues.insert(queue.name)
        case .channel, .confirms, .prefetch, .topologyChannel, .binding, .closeTopologyChannel, .consumer: break
        }
        if step.isTopology { prepend([.topologyChannel]) }
        return [.report(step, code, text)] + next(at: now)
    }

    private mutating func prepend(_ first: [RecoveryStep]) {
        var longer = RingQueue<RecoveryStep>()
        for step in first { longer.append(step) }
        while let step = steps.popFirst() { longer.append(step) }
        steps = longer
    }
}
