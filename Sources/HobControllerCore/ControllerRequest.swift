/// What an operation on a daemon is asked to achieve.
package enum ControllerRequest: Sendable, Hashable {
    /// Start it; that it runs already is an error.
    case start
    /// Make sure that it runs and is ready; start it when it does not run.
    case ensure
    /// End it and its whole tree; that it does not run is no error.
    case stop
    /// End it if it runs, and start it, without giving up the lock in between.
    case restart
}
