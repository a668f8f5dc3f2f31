import HobSystem

/// What other threads ask of the link's thread.
enum LinkCommand: Sendable {
    case call(
        LinkAddress, id: UInt64, Frame.Call, deadline: MonotonicTime, CheckedContinuation<CallOutcome, Never>)
    case cancel(LinkAddress, id: UInt64)
    case listen(LinkAddress, CheckedContinuation<Result<LinkAddress, LinkError>, Never>)
    /// A call of the connection of this number has been answered.
    case finished(connection: UInt64, id: UInt64, Frame.Reply)
    /// Answers how many calls were cut off.
    case shutDown(within: Duration, CheckedContinuation<Int, Never>)
    /// The link is gone.
    case stop
}

/// What the thread asks of the link.
struct CallRunner: Sendable {
    /// Runs a call that came in, on Swift's threads.
    let run: @Sendable (_ call: Frame.Call, _ deadline: MonotonicTime) async -> Frame.Reply
    /// Tells that the thread takes no more commands.
    let ended: @Sendable () -> Void
}
