import HobPolicy
import HobProtocol

/// An order that somebody waits for: a goal for each instance it concerns, and what has come of it so far.
struct Operation: Sendable {
    /// What an instance shall come to.
    enum Goal: Hashable, Sendable {
        /// Usable, in this generation or a later one; a task: run to its end.
        case up(generation: UInt64)
        /// Left alone: a task that has run to its end.
        case done
        /// Gone.
        case down
        /// Told to read its configuration again.
        case reloaded
    }

    /// When the order was given.
    var began: MonotonicInstant
    /// The goals that are still open, by slot.
    var open: [Int: Goal] = [:]
    /// What has been decided.
    var outcomes: [Outcome] = []
    /// Nothing is decided while the order is being carried out; its own first steps may already fulfil it.
    var isArmed = false
}
