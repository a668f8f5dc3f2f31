/// What was found when somebody looked for the daemon.
package enum Presence: Sendable, Hashable {
    /// What the pid file says when no process of the daemon was found.
    package enum PIDFileState: Sendable, Hashable {
        /// There is none.
        case missing
        /// Its process is gone, or the number belongs to a stranger by now.
        case stale
        /// It is empty or no pid; why.
        case invalid(String)
    }

    /// No process of the daemon lives.
    case absent(PIDFileState)
    /// Its main process lives.
    case running(pid: Int32)
    /// Its main process is gone, or was never known; others of its tree live on.
    case remnants
}
