/// What happens to a consumer's intake.
package enum IntakeEvent: Hashable, Sendable {
    /// The service runs.
    case begin(IntakeLimits)
    /// No more messages are wanted for now.
    case pause
    /// They are wanted again.
    case resume
    /// So many are to be handled at once from now on.
    case setConcurrency(Int)
    /// The broker sends messages.
    case subscribed
    /// The broker cannot be asked for messages; whether to ask again makes sense.
    case refused(isFinal: Bool)
    /// Who fetches the messages asks whether the next one may be fetched.
    case asked
    /// A message has been fetched.
    case delivered
    /// The subscription's messages have ended, as wished or not, and who fetches them is gone.
    case ended
    /// A message's handler is done with it.
    case handled
    /// The service is to stop when what is under way is done.
    case stop
    /// The service is to stop now.
    case cancel
    /// A timer's time has come.
    case expired(IntakeTimer)
}

/// What is to be done about a consumer's intake, in the order given.
package enum IntakeAction: Hashable, Sendable {
    /// Ask the broker for messages, so many ahead of acknowledgements, and begin to fetch them.
    case subscribe(prefetch: Int)
    /// Tell the broker to send no more, and give back what has not been fetched.
    case unsubscribe
    /// Let the next message be fetched, or the end be seen.
    case pull
    /// Handle the message that was fetched.
    case handle
    /// Give the message that was fetched back to the queue.
    case giveBack
    /// An event is to come in so long a time.
    case set(IntakeTimer, Duration)
    /// Cancel all handlers.
    case cancelHandlers
    /// It is over; so many handlers are left behind, which do not end.
    case finish(abandoned: Int)
}

/// What an intake waits for with a clock in its hand.
package enum IntakeTimer: Hashable, Sendable {
    /// The time to ask the broker again.
    case retry
    /// The end of the time that handlers have to finish.
    case drain
    /// The end of the time that cancelled handlers have to end.
    case grace
}

/// How much at once and how long.
package struct IntakeLimits: Hashable, Sendable {
    /// How many messages are handled at once, unless it was set before.
    package var concurrency: Int
    /// How long a stop waits for handlers.
    package var drain: Duration
    /// How long cancelled handlers have to end.
    package var grace: Duration

    /// Limits.
    package init(concurrency: Int, drain: Duration, grace: Duration) {
        self.concurrency = concurrency
        self.drain = drain
        self.grace = grace
    }
}
