package import HobSystem

/// What the keeper knows of one of its children.
package enum ChildFate: Sendable, Hashable {
    /// It has ended so, and stays a zombie until it is released.
    case exited(ExitStatus)
    /// It runs.
    case alive
    /// The keeper has no such child: it never was one, or is released.
    case noChild
    /// The keeper ended before it answered.
    case keeperGone
}
