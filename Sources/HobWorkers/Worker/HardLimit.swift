import HobSystem

/// One running hard timeout, a timer on the work loop's thread.
final class HardLimit: Sendable {
    private let work: WorkLoop
    private let state = LoopBound(State())

    private final class State {
        var timer: TimerToken?
        var isLifted = false
    }

    init(_ limit: Duration, _ label: String, _ runtime: WorkerRuntime) {
        work = runtime.work
        let deadline = MonotonicTime.now() + limit
        work.post { [state] loop in
            guard !state.value.isLifted else { return }
            state.value.timer = loop.schedule(at: deadline) { runtime.overran(label, limit) }
        }
    }

    func lift() {
        work.post { [state] loop in
            state.value.isLifted = true
            if let timer = state.value.timer { loop.cancel(timer) }
        }
    }
}
