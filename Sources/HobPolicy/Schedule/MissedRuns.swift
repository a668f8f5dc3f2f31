/// What becomes of the runs of a schedule whose time has passed: while the last run was still going on, the machine was
/// suspended, or the clock was set forward.
public enum MissedRuns: Hashable, Sendable {
    /// They are left out; the next run is that of the next time.
    case skip
    /// One run makes up for all of them, as soon as possible.
    case runOnce
    /// Each is made up for, one after the other, but the last `limit` of them only.
    case runAll(limit: Int)
}
