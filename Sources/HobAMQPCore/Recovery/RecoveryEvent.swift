/// What happens on the way to a connection, and back to one.
package enum RecoveryEvent: Hashable, Sendable {
    /// A connection is wanted.
    case start
    /// The connection is open; what is to be made again on it.
    case connected([RecoveryStep])
    /// The attempt, or a connection that stood, has ended.
    case ended(ConnectionEnding)
    /// The step is done; the name that the server gave a queue.
    case stepDone(queue: String?)
    /// The broker refuses the step.
    case stepFailed(AMQPReplyCode, String)
    /// The time to go on has come.
    case expired
    /// No connection is wanted any more.
    case stop
}

/// What is to be done on the way, in the order given.
package enum RecoveryAction: Hashable, Sendable {
    /// Try the host of this place in the list.
    case connect(host: Int)
    /// Come back in so long a time.
    case wait(Duration)
    /// Do not come back.
    case stopWaiting
    /// Make this again.
    case perform(RecoveryStep)
    /// A queue has another name from here on.
    case rename(old: String, new: String)
    /// This could not be made again, and what hangs on it is not tried.
    case report(RecoveryStep, AMQPReplyCode, String)
    /// All stands; whether it is the first time.
    case restored(isFirst: Bool)
    /// It is given up, for this reason.
    case gaveUp(ConnectionEnding)
}
