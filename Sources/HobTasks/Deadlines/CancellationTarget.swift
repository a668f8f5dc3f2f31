import Synchronization

/// A piece of a task that somebody else may cancel, from any thread, as long as it runs.
final class CancellationTarget: Sendable {
    /// @unchecked Sendable: read and written under `state`'s lock only, and only while its task runs ``run(_:)``.
    private struct Running: @unchecked Sendable {
        var task: UnsafeCurrentTask?
    }

    private struct State {
        var running = Running()
        var isExpired = false
    }

    private let state = Mutex(State())

    /// Whether it was cancelled from here.
    var isExpired: Bool { state.withLock { $0.isExpired } }

    /// Cancels the body that runs, or will run.
    func expire() {
        state.withLock { state in
            state.isExpired = true
            // Under the lock: the task cannot end meanwhile, so the reference is good.
            state.running.task?.cancel()
        }
    }

    /// Runs the body in the current task, which must have been made for it.
    func run<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        withUnsafeCurrentTask { task in
            let running = Running(task: task)
            state.withLock { state in
                state.running = running
                if state.isExpired { running.task?.cancel() }
            }
        }
        defer { state.withLock { $0.running.task = nil } }
        return try await body()
    }
}
