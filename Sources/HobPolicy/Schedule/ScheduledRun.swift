/// One run of a schedule.
public struct ScheduledRun: Hashable, Sendable {
    /// Which run it is, from 1.
    public let number: Int
    /// When it was due.
    public let due: UnixTime
    /// How many times before this one, and after the run before, have passed without a run of their own; counted up to
    /// 1,000.
    public let missed: Int
}
