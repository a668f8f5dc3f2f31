/// How the work of a task ended.
enum TaskEnding: Sendable, Hashable {
    case returned
    case threw
    /// By a CancellationError.
    case threwCancellation
}
