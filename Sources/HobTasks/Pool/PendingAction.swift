/// What a pool does when it has let its lock go.
enum PendingAction: Sendable {
    case answer(CheckedContinuation<TaskRefusal?, Never>?, TaskRefusal?)
    case cancel(Task<Void, Never>)
    case reportStuck(String, Duration)
    case drained([CheckedContinuation<Void, Never>])
}
