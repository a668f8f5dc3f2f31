/// Where an operation stands; see the drawing at ``ControllerStateMachine``.
enum ControllerPhase: Sendable, Hashable {
    case idle
    case locking
    case looking
    case preparing
    /// The start command runs (nil: is being spawned) and has left no daemon behind yet.
    case launching(command: Int32?)
    /// The daemon has been launched, by us or before us, and is not known to be ready.
    case settling(Settling)
    /// The restart command runs.
    case restartCommand
    /// The stop command runs.
    case stopCommand(pid: Int32?)
    /// The stop command has ended and the daemon was looked for once more.
    case lookingAfterCommand
    /// Processes are being ended.
    case ending(Ending)
    case over
}
