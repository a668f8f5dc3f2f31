import Synchronization

/// What is to be done when the daemon ends: each once, the last registered first, whatever the others do.
final class ShutdownHooks: Sendable {
    /// One of them.
    struct Hook: Sendable {
        let name: String
        let body: @Sendable () async throws -> Void
    }

    private struct State {
        var hooks: [Hook] = []
        var running: String?
    }

    private let state = Mutex(State())

    func add(_ name: String, _ body: @escaping @Sendable () async throws -> Void) {
        state.withLock { $0.hooks.append(Hook(name: name, body: body)) }
    }

    /// Runs them all; a failure is told and the next one runs.
    func run(failed: @Sendable (_ name: String, any Error) -> Void) async {
        while let hook = next() {
            do { try await hook.body() } catch { failed(hook.name, error) }
        }
        state.withLock { $0.running = nil }
    }

    /// The one that runs now.
    var running: String? { state.withLock { $0.running } }

    private func next() -> Hook? {
        state.withLock { state in
            let hook = state.hooks.popLast()
            state.running = hook?.name
            return hook
        }
    }
}
