import HobSystem
import Synchronization

/// Which messages were confirmed and which came, while a broker goes and comes.
final class RestartTally: Sendable {
    private struct Facts {
        var published = 0
        var confirmed: Set<Int> = []
        var failed: [String] = []
        var received: [Int: Int] = [:]
        /// From here on the first of each is looked for.
        var since: MonotonicTime?
        var firstConfirm: MonotonicTime?
        var firstDelivery: MonotonicTime?
        var isOver = false
    }

    private let facts = Mutex(Facts())

    var confirmedCount: Int { facts.withLock { $0.confirmed.count } }
    var publishedCount: Int { facts.withLock { $0.published } }
    var failures: [String] { facts.withLock { $0.failed } }
    /// Confirmed, and never come.
    var lost: Set<Int> { facts.withLock { $0.confirmed.subtracting($0.received.keys) } }
    /// Deliveries beyond the first of each message.
    var duplicates: Int { facts.withLock { $0.received.values.reduce(0) { $0 + $1 - 1 } } }
    var isOver: Bool {
        get { facts.withLock { $0.isOver } }
        set { facts.withLock { $0.isOver = newValue } }
    }

    /// The number of the next message.
    func next() -> Int {
        facts.withLock {
            $0.published += 1
            return $0.published
        }
    }

    func confirmed(_ number: Int) {
        let now = MonotonicTime.now()
        facts.withLock {
            $0.confirmed.insert(number)
            if let since = $0.since, now >= since, $0.firstConfirm == nil { $0.firstConfirm = now }
        }
    }

    func failed(_ number: Int, _ error: any Error) { facts.withLock { $0.failed.append("\(number): \(error)") } }

    func received(_ number: Int) {
        let now = MonotonicTime.now()
        facts.withLock {
            $0.received[number, default: 0] += 1
            if let since = $0.since, now >= since, $0.firstDelivery == nil { $0.firstDelivery = now }
        }
    }

    /// Looks for the first confirm and the first delivery from this moment on.
    func look(from moment: MonotonicTime) {
        facts.withLock {
            $0.since = moment
            $0.firstConfirm = nil
            $0.firstDelivery = nil
        }
    }

    /// How long the first confirm and the first delivery took, when both have come.
    var found: (confirm: Duration, delivery: Duration)? {
        facts.withLock {
            guard let since = $0.since, let confirm = $0.firstConfirm, let delivery = $0.firstDelivery else {
                return nil
            }
            return (confirm - since, delivery - since)
        }
    }
}
