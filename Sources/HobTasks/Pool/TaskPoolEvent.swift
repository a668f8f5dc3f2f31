/// What a pool's observer hears, from any thread; it must be quick.
public enum TaskPoolEvent: Sendable {
    /// A task begins; how long it was in the queue.
    case started(label: String, waited: Duration)
    /// A task has ended; how long it ran.
    case ended(TaskReport, ran: Duration)
    /// A task was cancelled at its deadline and still runs; how long it has been running. Told once.
    case stuck(label: String, ran: Duration)
}
