/// Whose session and process group a new process is in.
package enum SpawnSession: Int32, Sendable {
    /// A session of its own, without a terminal (setsid).
    case newSession = 0
    /// A process group of its own in the caller's session (setpgid).
    case newGroup = 1
    /// The caller's.
    case inherit = 2
}
