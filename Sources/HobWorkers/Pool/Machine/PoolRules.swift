import HobPolicy

/// By what a pool decides.
struct PoolRules: Hashable, Sendable {
    /// The fewest and the most workers.
    var min: Int
    var max: Int
    /// How long a worker may take from its spawn to its readiness.
    var startDeadline: Duration = .seconds(30)
    /// How long a ready worker may be without a beat; nil: for ever.
    var heartbeat: Duration?
    /// How long a worker that was asked to end may finish what it has in hand.
    var drain: Duration = .seconds(30)
    /// What follows when it has not ended by then; SIGKILL follows that.
    var stop = StopSequence(steps: [StopSequence.Step(signal: 15, patience: .seconds(1))])
    /// How a slot waits whose workers die at once again and again.
    var backoff = WorkerPoolOptions.standardBackoff
    /// The age at which a worker is replaced; nil: never.
    var maximumAge: Duration?
    /// By how much of it the age is cut at most, at random, so that a pool does not replace all workers together.
    var ageJitter = 0.2
}
