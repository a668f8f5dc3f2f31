import HobPolicy

@testable import HobWorkers

/// A pool's machine and the time, for tests that tell it what happens.
struct PoolFlow {
    var machine: WorkerPoolStateMachine
    var now = MonotonicInstant(nanoseconds: 1_000_000_000)

    init(min: Int, max: Int, change: (inout PoolRules) -> Void = { _ in }) {
        var rules = PoolRules(min: min, max: max)
        rules.backoff.jitter = 0
        change(&rules)
        machine = WorkerPoolStateMachine(rules, seed: 1)
    }

    mutating func tell(_ event: PoolEvent, after delay: Duration = .zero) -> [PoolAction] {
        now = now + delay
        return machine.handle(event, at: now)
    }

    /// A pool whose first workers, 1 and up, are ready.
    static func running(min: Int, max: Int, change: (inout PoolRules) -> Void = { _ in }) -> PoolFlow {
        var flow = PoolFlow(min: min, max: max, change: change)
        _ = flow.tell(.start)
        for id in 1...min { _ = flow.tell(.ready(id)) }
        return flow
    }

    /// What was ordered, without the timers.
    static func orders(_ actions: [PoolAction]) -> [PoolAction] {
        actions.filter { action in
            switch action {
            case .armStart, .armBeat, .armAge, .armStop: false
            case .spawn, .askToStop, .signal, .kill, .armRetry, .bury, .startSucceeded, .startFailed,
                .restartSucceeded, .restartFailed, .stopped:
                true
            }
        }
    }
}
