import HobPolicy

/// The ending of a daemon under way: first its main process, then what is left of its tree, at last SIGKILL for all.
struct Ending: Sendable, Hashable {
    /// What follows when the tree is gone.
    enum Sequel: Sendable, Hashable {
        case finish(ControllerResult)
        case start
    }

    /// Who is being ended.
    enum Stage: Sendable, Hashable {
        case main(pid: Int32)
        case tree
        case killed
    }

    /// Who is being ended at the moment.
    var stage: Stage
    /// The rungs that have not been climbed.
    var steps: [StopSequence.Step]
    /// The signal sent last.
    var signal: Int32
    /// Whether SIGKILL had to be sent.
    var wasKilled = false
    /// What follows.
    var sequel: Sequel
    /// Failing to end is a failed stop, not a failed start.
    var isStop: Bool
}
