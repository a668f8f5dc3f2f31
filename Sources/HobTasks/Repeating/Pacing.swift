/// What an interval is measured between.
public enum Pacing: String, Sendable, Hashable, CaseIterable {
    /// From the end of one run to the beginning of the next: work that takes longer moves everything after it.
    case fixedDelay
    /// From beginning to beginning, on a grid that never drifts: a run that takes longer than the interval is warned
    /// about, and the ticks it has missed are skipped, never caught up.
    case strict
}
