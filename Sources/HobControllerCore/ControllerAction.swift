/// What an operation does.
package enum ControllerAction: Sendable, Hashable {
    /// Take the exclusive lock.
    case lock
    /// Find the daemon.
    case lookUp
    /// Note the log's size, remove the stale pid file, run the before-start hook, then make the command.
    case prepare
    /// Start the command and watch its process.
    case spawn
    /// Listen to these sources of readiness (the pid file among them), and to the log.
    case listen(ReadinessSources)
    /// Stop listening, stop running hooks and helpers.
    case deafen
    /// Send a signal to one process, by its identity.
    case signal(pid: Int32, Int32)
    /// Send a signal to every process of the tree that has not had this signal yet.
    case signalTree(Int32)
    /// Report ``ControllerEvent/daemonEnded(_:)`` when this process ends.
    case watchDaemon(pid: Int32)
    /// Report ``ControllerEvent/treeGone`` as soon as no process of the tree is left, at once if so.
    case watchTree
    /// Run the stop command, at most until the deadline.
    case runStopCommand
    /// Run the restart command, at most until the deadline.
    case runRestartCommand
    /// It is up: write down who it is, write its pid file if it does not itself, let go of its process.
    case adopt(pid: Int32)
    /// Forget who it was and remove the pid file, if no living daemon is named there.
    case forget
    /// Set a timer, so long from now; one of this kind that is set is moved.
    case set(ControllerTimer, after: Duration)
    /// Forget a timer.
    case unset(ControllerTimer)
    /// The operation is over: release everything, the lock last, and answer.
    case finish(ControllerResult)
}
