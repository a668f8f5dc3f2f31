public import HobPolicy

/// The clock on the wall, which people set, and a way to wait for a time on it.
public protocol CalendarClock: Sendable {
    /// This moment.
    var now: UnixTime { get }

    /// Waits until that time, or until somebody has set the clock, whichever comes first.
    ///
    /// It may return early: who waits looks at ``now`` again.
    ///
    /// - Throws: CancellationError when the task is cancelled.
    func sleep(until time: UnixTime) async throws
}
