import HobSystem
import Synchronization

/// One task that sleeps until a timer of the control thread wakes it, or its cancellation does.
///
/// @unchecked Sendable: `timer` belongs to the control thread.
final class Sleeper: @unchecked Sendable {
    private enum State {
        case new
        case asleep(CheckedContinuation<Void, any Error>)
        case awake(isCancelled: Bool)
    }

    private let state = Mutex(State.new)
    var timer: TimerToken?

    /// Sleeps; throws when cancelled.
    ///
    /// - Parameters:
    ///   - begin: Sets the timer, on whatever thread; called once.
    ///   - end: Takes it back, when the sleep was cancelled.
    func sleep(begin: () -> Void, end: @Sendable () -> Void) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let end: Bool? = state.withLock { state in
                    if case .awake(let isCancelled) = state { return isCancelled }
                    state = .asleep(continuation)
                    return nil
                }
                switch end {
                case nil: begin()
                case true?: continuation.resume(throwing: CancellationError())
                case false?: continuation.resume()
                }
            }
        } onCancel: {
            wake(isCancelled: true)
            end()
        }
    }

    /// Whether it sleeps no more.
    var isAwake: Bool {
        state.withLock { state in
            if case .awake = state { true } else { false }
        }
    }

    /// Wakes it; later calls do nothing.
    func wake(isCancelled: Bool = false) {
        let continuation: CheckedContinuation<Void, any Error>? = state.withLock { state in
            defer { if case .awake = state {} else { state = .awake(isCancelled: isCancelled) } }
            if case .asleep(let continuation) = state { return continuation }
            return nil
        }
        guard let continuation else { return }
        if isCancelled { continuation.resume(throwing: CancellationError()) } else { continuation.resume() }
    }
}
