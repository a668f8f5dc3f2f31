import Synchronization

/// What functions under test wait at, until it is opened.
public final class Gate: Sendable {
    fileprivate struct State {
        var isOpen: Bool
        var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
        var next = 0
        var cancelled = 0
        var mourners: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>

    /// A gate.
    public init(isOpen: Bool = true) {
        state = Mutex(State(isOpen: isOpen))
    }

    /// Lets everybody through.
    public func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [:] }
            return state.waiting.values.map { $0 }
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until so many stand at the gate, or have been cancelled there.
    public func crowd(of count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.waiting.count + state.cancelled >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Waits until so many have been cancelled there.
    public func cancellations(of count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.cancelled >= count { return true }
                state.mourners.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func pass() async throws {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (outcome, watchers) = state.withLock {
                    state -> (Result<Void, any Error>?, [CheckedContinuation<Void, Never>]) in
                    if state.isOpen { return (.success(()), []) }
                    if Task.isCancelled {
                        state.cancelled += 1
                        return (.failure(CancellationError()), state.seen())
                    }
                    state.waiting[number] = continuation
                    return (nil, state.seen())
                }
                if let outcome { continuation.resume(with: outcome) }
                for watcher in watchers { watcher.resume() }
            }
        } onCancel: {
            let (continuation, watchers) = state.withLock { state in
                guard let continuation = state.waiting.removeValue(forKey: number) else {
                    return (nil as CheckedContinuation<Void, any Error>?, [CheckedContinuation<Void, Never>]())
                }
                state.cancelled += 1
                return (continuation, state.seen())
            }
            continuation?.resume(throwing: CancellationError())
            for watcher in watchers { watcher.resume() }
        }
    }
}

extension Gate.State {
    /// The watchers that have seen what they wait for.
    fileprivate mutating func seen() -> [CheckedContinuation<Void, Never>] {
        let there = waiting.count + cancelled
        let cancelled = cancelled
        defer {
            watchers.removeAll { $0.count <= there }
            mourners.removeAll { $0.count <= cancelled }
        }
        return watchers.filter { $0.count <= there }.map(\.continuation)
            + mourners.filter { $0.count <= cancelled }.map(\.continuation)
    }
}
