package import HobPolicy

/// What happens to a connection that somebody else has made to us.
package enum ServedEvent: Hashable, Sendable {
    case opened
    case received(FrameDecoder.Finding)
    /// A call that was run has ended with this.
    case finished(id: UInt64, Frame.Reply)
    case timer(ServedTimer)
    /// The connection is gone.
    case closed(String)
    /// Take leave: end when what runs is done.
    case drain
    /// End now.
    case end
}

/// The timers of a connection that is served.
package enum ServedTimer: Hashable, Sendable {
    /// The deadline of a call has passed.
    case call(UInt64)
    /// The client has not greeted.
    case greeting
}

/// What is to be done about a connection that is served.
package enum ServedAction: Hashable, Sendable {
    case send(Frame)
    case run(id: UInt64, Frame.Call, deadline: MonotonicInstant)
    /// Cancel the task that runs it.
    case cancelRun(id: UInt64)
    case setTimer(ServedTimer, at: MonotonicInstant)
    case cancelTimer(ServedTimer)
    /// Read no more until it is resumed: so the client's own sending comes to a halt.
    case pauseReading
    case resumeReading
    /// Frames may be as long as configured from now on.
    case liftLimit
    /// Close the socket when all is written; no `closed` will be reported for it.
    case close
    case log(ServedNote)
}

/// What an operator wants to read about a client.
package enum ServedNote: Hashable, Sendable {
    case greeted(String)
    case refused(String)
    case broken(String)
    case gone(String, callsRunning: Int)
    /// A call has passed its deadline and does not end.
    case ended(callsRunning: Int)
}
