import HobSystem

/// A thread that runs the jobs of one task.
final class TestThread: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isEnded = false
    }

    private let monitor = Monitor(State())

    init() throws(SystemError) {
        // No less than a thread of Swift's pool has, whatever the limit of the shell: some tests recurse deeply.
        try Thread.start(name: "test-lane", stack: 16 << 20) { self.work() }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        monitor.withLock { $0.jobs.append(job) }
        monitor.signal()
    }

    /// Ends the thread when its queue is empty.
    func end() {
        monitor.withLock { $0.isEnded = true }
        monitor.signal()
    }

    private func work() {
        while true {
            let next: UnownedJob?? = monitor.wait { state in
                if !state.jobs.isEmpty { return .some(state.jobs.removeFirst()) }
                return state.isEnded ? .some(nil) : nil
            }
            guard let job = next ?? nil else { return }
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
