/// What a pool does.
enum PoolAction: Hashable, Sendable {
    /// Start a worker with this number of life in a slot.
    case spawn(Int, slot: Int)
    /// Ask a worker to finish what it has in hand and end.
    case askToStop(Int)
    /// Send it a signal.
    case signal(Int, Int32)
    /// Kill it.
    case kill(Int)
    /// Report `startTimedOut` after so long, unless it is ready or gone by then.
    case armStart(Int, Duration)
    /// Report `beatMissed` so long from now, in place of the moment that was set before.
    case armBeat(Int, Duration)
    /// Report `ageOver` after so long.
    case armAge(Int, Duration)
    /// Report `stopPatienceOver` with this step after so long.
    case armStop(Int, step: Int, Duration)
    /// Report `retryDue` after so long.
    case armRetry(slot: Int, Duration)
    /// Forget a worker that has ended; why it did.
    case bury(Int, PoolCause)
    /// All workers that were wanted at the start are ready.
    case startSucceeded
    /// One of them has ended before all were ready: the pool ends.
    case startFailed(Int)
    /// Every worker of a restart has been replaced.
    case restartSucceeded
    /// A new one has ended before it was ready, and the old ones stay; nil: the pool ends.
    case restartFailed(Int?)
    /// Nobody is left.
    case stopped
}
