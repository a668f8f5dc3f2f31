import HobSystem

/// Runs one closure of the user on a thread of its own: it may block or hang without holding up anybody else.
///
/// The closure's task prefers this thread as its executor, so it needs nothing of Swift's pool, which may be blocked.
final class HookThread: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isRunning = false
        /// The closure has returned: the thread ends when nothing is queued.
        var isDone = false
    }

    private let monitor = Monitor(State())
    private let name: String

    private init(_ name: String) {
        self.name = name
    }

    /// Runs the closure; the completion is called on whatever thread it ended on, and never when it hangs.
    ///
    /// - Returns: Its task, to be cancelled when nobody waits any more.
    static func run<Value: Sendable>(
        _ name: String, _ body: @escaping @Sendable () async throws -> Value,
        completion: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) -> Task<Void, Never> {
        let thread = HookThread(name)
        return Task.detached(executorPreference: thread) {
            let result: Result<Value, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            completion(result)
            thread.end()
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let needsThread = monitor.withLock { state in
            state.jobs.append(job)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        monitor.signal()
        guard needsThread else { return }
        do throws(SystemError) {
            try Thread.start(name: name, stack: 1 << 20) { self.work() }
        } catch {
            // No thread to be had: the caller's does it, late rather than never.
            work()
        }
    }

    private func end() {
        monitor.withLock { $0.isDone = true }
        monitor.signal()
    }

    private func work() {
        while let job = next() { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    private func next() -> UnownedJob? {
        let job: UnownedJob?? = monitor.wait { state in
            if !state.jobs.isEmpty { return .some(state.jobs.removeFirst()) }
            guard state.isDone else { return nil }
            // A job that comes later still, of a task the closure has left behind, gets a new thread.
            state.isRunning = false
            return .some(nil)
        }
        return job ?? nil
    }
}
