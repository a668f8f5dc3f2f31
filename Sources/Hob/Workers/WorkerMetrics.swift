import HobPolicy
import HobWorkers
import Metrics

/// Counts what happens in a pool.
struct WorkerMetrics: Sendable {
    private let started: Counter
    private let failed: Counter
    private let replacement: Timer

    init(pool: String) {
        let dimensions = [("pool", pool)]
        started = Counter(label: "hob_workers_started", dimensions: dimensions)
        failed = Counter(label: "hob_workers_failed", dimensions: dimensions)
        replacement = Timer(label: "hob_workers_replacement", dimensions: dimensions)
    }

    func count(_ event: WorkerPoolEvent) {
        switch event {
        case .started: started.increment()
        case .ready: break
        case .ended(let end):
            switch end.reason {
            case .unasked, .slowStart, .stuck: failed.increment()
            case .notNeeded, .restart, .requests, .age, .memory: break
            }
        case .replaced(_, let after): replacement.recordNanoseconds(after.wholeNanoseconds)
        }
    }
}
