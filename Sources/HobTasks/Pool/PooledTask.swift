import HobPolicy

/// A task as a pool keeps it.
struct PooledTask<Work: Sendable>: Sendable {
    var label: String
    /// How long it may run.
    var deadline: Duration?
    /// When it was submitted; zero where nobody asks for times.
    var submitted = MonotonicInstant.zero
    var work: Work
}
