/// The timers of an operation, at most one of each at a time.
package enum ControllerTimer: Sendable, Hashable, CaseIterable {
    /// The operation as a whole: start or stop timeout.
    case deadline
    /// Nothing was written into the log for too long.
    case inactivity
    /// The patience of the signal sent last.
    case step
}
