import Synchronization

/// An armed plan with its count of calls.
final class ArmedFaults: Sendable {
    private let rules: [FaultRule]
    private let counts = Mutex<[SystemCall: Int]>([:])

    init(_ plan: FaultPlan) {
        rules = plan.rules
    }

    /// Counts the call and answers the errno it is to fail with, or 0.
    func next(_ call: SystemCall) -> Int32 {
        guard rules.contains(where: { $0.call == call }) else { return 0 }
        let number = counts.withLock { counts in
            counts[call, default: 0] += 1
            return counts[call, default: 0]
        }
        return rules.first { $0.call == call && $0.occurrences.contains(number) }?.code ?? 0
    }
}
