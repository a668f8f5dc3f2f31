/// What is told about a task that has ended.
public struct TaskReport: Sendable {
    /// What its submitter called it.
    public let label: String
    /// What became of it.
    public let outcome: TaskOutcome
    /// What it threw; for a deadline that passed a ``TaskError`` whose cause is what it threw.
    public let error: (any Error)?
}
