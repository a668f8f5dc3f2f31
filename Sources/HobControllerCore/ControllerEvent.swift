package import HobPolicy

/// What an operation hears.
package enum ControllerEvent: Sendable, Hashable {
    /// The operation begins.
    case begin
    /// The exclusive lock is ours.
    case locked
    /// The lock cannot be had; why.
    case lockFailed(String)
    /// The answer to ``ControllerAction/lookUp``.
    case found(Presence)
    /// Nobody can look; why.
    case lookFailed(String)
    /// Log noted, stale pid file removed, before-start hook done, command known.
    case prepared
    /// One of these failed; why.
    case preparationFailed(String)
    /// The start command's process runs.
    case spawned(pid: Int32)
    /// It could not be started; why.
    case spawnFailed(String)
    /// The start command's process has ended.
    case commandEnded(ExitOutcome)
    /// The pid file names this living process, which is the daemon's.
    case daemonNamed(pid: Int32)
    /// The daemon's main process has ended; its status, if anybody could know it.
    case daemonEnded(ExitOutcome?)
    /// A source of readiness has spoken; never ``ReadinessSources/pidFile``.
    case ready(ReadinessSources)
    /// The log has changed.
    case logActivity
    /// No process of the tree is left.
    case treeGone
    /// The stop or restart command has ended well.
    case helperSucceeded
    /// It could not be started or has ended badly: how.
    case helperFailed(String)
    /// A timer has run out.
    case expired(ControllerTimer)
    /// The caller does not want it any more.
    case cancelled
}
