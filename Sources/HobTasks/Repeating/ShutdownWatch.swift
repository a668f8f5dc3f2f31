import Synchronization

/// Waits for a shutdown once, however many waits it ends: what a closure waits on may not survive a second call.
final class ShutdownWatch: Sendable {
    private let room = Room()
    private let task: Task<Void, Never>

    /// Calls the closure in a task of its own, which sees the caller's task-local values.
    init(_ shutdown: @escaping @Sendable () async -> Void) {
        task = Task { [room] in
            await shutdown()
            room.open()
        }
    }

    deinit {
        task.cancel()
    }

    /// Whether the shutdown has come.
    var isOver: Bool { room.isOpen }

    /// Returns when the shutdown has come, or when cancelled.
    func wait() async { await room.wait() }

    /// What the task holds, so that it does not hold the watch.
    private final class Room: Sendable {
        private struct State {
            var isOpen = false
            var lastID = 0
            var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
            var cancelled: Set<Int> = []
        }

        private let state = Mutex(State())

        var isOpen: Bool { state.withLock { $0.isOpen } }

        func open() {
            let waiting = state.withLock { state in
                state.isOpen = true
                defer { state.waiting = [:] }
                return state.waiting
            }
            for continuation in waiting.values { continuation.resume() }
        }

        func wait() async {
            let id = state.withLock { state in
                state.lastID += 1
                return state.lastID
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isDone = state.withLock { state in
                        if state.isOpen || state.cancelled.remove(id) != nil { return true }
                        state.waiting[id] = continuation
                        return false
                    }
                    if isDone { continuation.resume() }
                }
            } onCancel: {
                let continuation = state.withLock { state in
                    let continuation = state.waiting.removeValue(forKey: id)
                    if continuation == nil { state.cancelled.insert(id) }
                    return continuation
                }
                continuation?.resume()
            }
        }
    }
}
