/// What a daemon's life does.
enum DaemonAction: Sendable, Hashable {
    /// Tell the supervisor.
    case tell(Announcement)
    /// Reopen the log, read the configuration anew, call the daemon's own reload; the number is told with its end.
    case reload(Int)
    /// Switch between the level of the environment and debug.
    case toggleLevel
    /// Log everything.
    case logDebug
    /// Ask `run` and its services to end by themselves.
    case shutDownGracefully
    /// Cancel the task of `run`.
    case cancel
    /// Run the shutdown hooks.
    case runHooks
    /// Log who still runs.
    case nameWhoRuns
    /// Log this, at level error.
    case complain(String)
    /// The time for asking politely begins.
    case startPatience
    /// The time for all of the shutdown begins.
    case startDeadline
    /// End the process with this status, at once.
    case exit(Int32)

    /// What a supervisor is told.
    enum Announcement: Sendable, Hashable {
        case ready, reloading, stopping
    }
}
