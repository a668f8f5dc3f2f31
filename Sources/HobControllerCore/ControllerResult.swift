/// What an operation came to.
package enum ControllerResult: Sendable, Hashable {
    /// The daemon was started and is ready.
    case started(pid: Int32)
    /// It ran and is ready; nothing was done.
    case alreadyRunning(pid: Int32)
    /// It has ended, with its tree.
    case stopped
    /// It did not run.
    case wasNotRunning
    /// The caller gave up; what was being started is gone.
    case cancelled
    /// It failed.
    case failed(ControllerFailure)
}
