package import HobPolicy

/// What happens to the way to a peer.
package enum PeerEvent: Hashable, Sendable {
    /// Somebody calls; the call's budget is filled in when it is sent.
    case call(id: UInt64, Frame.Call, deadline: MonotonicInstant)
    /// The caller was cancelled.
    case cancelled(id: UInt64)
    case connected
    case connectFailed(String)
    case received(FrameDecoder.Finding)
    /// The connection is gone, for this reason.
    case closed(String)
    case timer(PeerTimer)
    /// No new calls; end when those that wait or run are done.
    case shutDown
    /// End now.
    case end
}

/// The timers of the way to a peer.
package enum PeerTimer: Hashable, Sendable {
    case call(UInt64)
    /// The pause before the next attempt to connect is over.
    case retry
    /// The peer cannot be connected to, or has not greeted.
    case greeting
}

/// What is to be done about a peer.
package enum PeerAction: Hashable, Sendable {
    case connect
    case send(Frame)
    /// Close the socket; no `closed` will be reported for it.
    case disconnect
    case complete(id: UInt64, CallOutcome)
    case setTimer(PeerTimer, at: MonotonicInstant)
    case cancelTimer(PeerTimer)
    case log(PeerNote)
    /// Shut down: nothing waits here any more.
    case ended
}

/// How a call has ended.
package enum CallOutcome: Hashable, Sendable {
    case reply(Frame.Reply)
    case cancelled
    /// It never left: why there was no connection.
    case notSent(LinkError.Code, String)
    /// It left, and no answer came: why.
    case mayHaveRun(LinkError.Code, String)
}

/// What an operator wants to read about a peer.
package enum PeerNote: Hashable, Sendable {
    case connected(to: String)
    case lost(String, callsInFlight: Int)
    case refused(String)
    case retrying(in: Duration, String)
}
