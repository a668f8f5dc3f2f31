import HobSystem

/// Runs bodies of tests on threads of their own, a few at a time.
///
/// Other tests of the same process block the threads of Swift's pool for seconds: who measures a wait, or lets a real
/// process wait for it, must not depend on them.
package final class TestLanes: Sendable {
    /// For all tests that hold a thread while they run: a third at once would spoil those that measure a delay.
    package static let blocking = TestLanes(2)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Monitor<State>

    /// Lanes for so many bodies at once.
    package init(_ count: Int) {
        state = Monitor(State(free: count))
    }

    /// Runs the body when a lane is free, on a thread that ends with it.
    package func run(_ body: () async throws -> Void) async throws {
        await enter()
        defer { leave() }
        let thread = try TestThread()
        defer { thread.end() }
        try await withTaskExecutorPreference(thread) { try await body() }
    }

    private func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            if state.waiting.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
