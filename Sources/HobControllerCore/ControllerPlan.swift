package import HobPolicy

/// What the decisions depend on of a controller's configuration.
package struct ControllerPlan: Sendable, Hashable {
    /// From the lock to "ready", before-start hook included.
    package var startTimeout: Duration = .seconds(30)
    /// How long what failed to start may take to go after SIGTERM.
    package var startAbortTimeout: Duration = .seconds(10)
    /// From the first signal (or the stop command) to the end of the whole tree.
    package var stopTimeout: Duration = .seconds(30)
    /// So long a starting daemon may write nothing into its log; nil: there is no log to be seen.
    package var logInactivityTimeout: Duration?
    /// The signals of a stop; after the last one's patience, or the stop timeout, comes SIGKILL.
    package var stopSequence = StopSequence(steps: [.init(signal: 15, patience: .seconds(30))])
    /// All of these must have spoken before the daemon counts as ready.
    package var awaited: ReadinessSources = .pidFile
    /// The start command's own process is the daemon; else the command must return and leave one behind.
    package var daemonizes = false
    /// A command ends the daemon, instead of signals.
    package var hasStopCommand = false
    /// A command restarts the daemon, instead of a stop and a start.
    package var hasRestartCommand = false
    /// The stop command is not run when the pid file holds no pid.
    package var leavesAloneIfPIDFileInvalid = false

    /// The defaults.
    package init() {}

    /// How long processes that got SIGKILL may take to be gone: longer means that the kernel itself is stuck.
    package static let killPatience: Duration = .seconds(10)
}
