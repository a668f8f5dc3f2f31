#if AMQP
import Synchronization

/// Waits for what the broker says of several messages.
final class GatheredConfirms: Sendable {
    private struct State {
        var errors: [AMQPError?]
        var left: Int
    }

    private let state: Mutex<State>
    private let done: @Sendable ([AMQPError?]) -> Void

    /// - Parameter done: called once, with what went wrong with each message, when the last has been heard of.
    init(_ count: Int, done: @escaping @Sendable ([AMQPError?]) -> Void) {
        state = Mutex(State(errors: Array(repeating: nil, count: count), left: count))
        self.done = done
    }

    func note(_ error: AMQPError?, at index: Int) {
        let errors = state.withLock { state -> [AMQPError?]? in
            state.errors[index] = error
            state.left -= 1
            return state.left == 0 ? state.errors : nil
        }
        if let errors { done(errors) }
    }
}
#endif
