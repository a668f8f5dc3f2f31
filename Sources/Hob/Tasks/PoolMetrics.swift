import HobTasks
import Metrics

/// The numbers of a task pool as metrics.
///
/// `hob_tasks_ended` counts by outcome, `hob_tasks_stuck` counts, `hob_tasks_running` and `hob_tasks_queued` are gauges,
/// `hob_task_seconds` is how long tasks ran; each with the pool's name as dimension `pool`.
struct PoolMetrics: Sendable {
    private let ended: [TaskOutcome: Counter]
    private let stuck: Counter
    private let running: Gauge
    private let queued: Gauge
    private let duration: Metrics.Timer

    init(pool name: String, factory: any MetricsFactory = MetricsSystem.factory) {
        let pool = ("pool", name)
        ended = Dictionary(
            uniqueKeysWithValues: TaskOutcome.allCases.map { outcome in
                (
                    outcome,
                    Counter(
                        label: "hob_tasks_ended", dimensions: [pool, ("outcome", outcome.rawValue)], factory: factory)
                )
            })
        stuck = Counter(label: "hob_tasks_stuck", dimensions: [pool], factory: factory)
        running = Gauge(label: "hob_tasks_running", dimensions: [pool], factory: factory)
        queued = Gauge(label: "hob_tasks_queued", dimensions: [pool], factory: factory)
        duration = Metrics.Timer(label: "hob_task_seconds", dimensions: [pool], factory: factory)
    }

    func record(_ event: TaskPoolEvent, _ snapshot: TaskPoolSnapshot?) {
        // Who tells of its end still has its slot.
        var leaving = 0
        switch event {
        case .started: break
        case .ended(let report, let ran):
            leaving = 1
            ended[report.outcome]?.increment()
            duration.recordNanoseconds(ran.wholeNanoseconds)
        case .stuck: stuck.increment()
        }
        guard let snapshot else { return }
        running.record(max(0, snapshot.running - leaving))
        queued.record(snapshot.queued)
    }
}
