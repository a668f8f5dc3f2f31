import Synchronization

/// An armed plan with its count of calls.
final class ArmedFaults: Sendable {
    private struct Site: Hashable {
        var thread: String?
        var call: SystemCall
    }

    private let rules: [FaultRule]
    private let namesThreads: Bool
    private let countsAll: Bool
    private let counts = Mutex<[Site: Int]>([:])

    init(_ plan: FaultPlan, countingAll countsAll: Bool = false) {
        rules = plan.rules
        self.countsAll = countsAll
        namesThreads = countsAll || plan.rules.contains { $0.thread != nil }
    }

    /// Counts the call and answers the errno it is to fail with, or 0.
    func next(_ call: SystemCall) -> Int32 {
        guard countsAll || rules.contains(where: { $0.call == call }) else { return 0 }
        let thread = namesThreads ? FaultPlan.threadName : nil
        let (number, onThread) = counts.withLock { counts in
            counts[Site(thread: nil, call: call), default: 0] += 1
            if thread != nil { counts[Site(thread: thread, call: call), default: 0] += 1 }
            return (
                counts[Site(thread: nil, call: call), default: 0], counts[Site(thread: thread, call: call), default: 0]
            )
        }
        let rule = rules.first { rule in
            guard rule.call == call else { return false }
            guard let wanted = rule.thread else { return rule.occurrences.contains(number) }
            return wanted == thread && rule.occurrences.contains(onThread)
        }
        return rule?.code ?? 0
    }

    /// How often each call was made on each thread: lines of `THREAD/CALL COUNT`, sorted.
    var census: [String] {
        counts.withLock { counts in
            counts.compactMap { site, count in site.thread.map { "\($0)/\(site.call.rawValue) \(count)" } }.sorted()
        }
    }
}
