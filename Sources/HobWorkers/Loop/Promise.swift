import HobSystem

/// A value that comes once, and those who wait for it: tasks, or threads that block.
final class Promise<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var waiting: [CheckedContinuation<Value, Never>] = []
    }

    private let state = Monitor(State())

    /// Sets the value; a second one is ignored.
    func fulfil(_ value: Value) {
        let waiting = state.withLock { state -> [CheckedContinuation<Value, Never>] in
            guard state.value == nil else { return [] }
            state.value = value
            defer { state.waiting = [] }
            return state.waiting
        }
        state.broadcast()
        for continuation in waiting { continuation.resume(returning: value) }
    }

    /// The value, when it has come.
    var current: Value? { state.withLock { $0.value } }

    /// Waits for the value.
    func get() async -> Value {
        await withCheckedContinuation { continuation in
            let value = state.withLock { state -> Value? in
                if state.value == nil { state.waiting.append(continuation) }
                return state.value
            }
            if let value { continuation.resume(returning: value) }
        }
    }

    /// Blocks the calling thread until the value comes.
    func wait() -> Value { state.wait { $0.value } }
}
