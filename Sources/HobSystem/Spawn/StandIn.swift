/// Starts a process that is not a child of this one, and hears of its end all the same: for a guest in somebody's
/// process, whose SIGCHLD handler, `waitpid(-1)` and ignored SIGCHLD are none of our business.
///
/// The parent is a small process of its own, the stand-in, which lives on our memory and ends when it is let go, when
/// this process ends, however it does, or when its child has ended. What it leaves behind becomes a child of init, or
/// of the nearest process above that reaps orphans: of this one, if that is its job.
///
/// Each stand-in costs a sleeping thread and three descriptors until it is gone. An object that is dropped lets go.
/// A ``SpawnRequest/parentDeathSignal`` comes when the stand-in ends, for whatever reason.
package final class StandIn: Sendable {
    private let core: StandInCore

    private init(_ core: StandInCore) {
        self.core = core
    }

    deinit {
        core.letGo()
    }

    /// Begins to start a process; what comes of it is told by ``next()``.
    ///
    /// The descriptors that the request names must stay open until the first event. Throws, with nothing begun, when
    /// the request contradicts itself or there is no thread or descriptor to be had.
    package static func start(_ request: SpawnRequest) throws(SpawnFailure) -> StandIn {
        if let refusal = request.contradiction { throw refusal }
        do throws(SystemError) {
            let core = try StandInCore(request)
            try Thread.start(name: "stand-in", stack: 128 * 1024) { core.run() }
            return StandIn(core)
        } catch {
            throw SpawnFailure(stage: .clone, code: error.code, detail: 0, request: request)
        }
    }

    /// A descriptor for an event loop: readable while there may be something to tell.
    package var raw: Int32 { core.report.raw }

    /// What has happened since the last call; nil when nothing has, and after the last event for ever.
    package func next() -> StandInEvent? { core.next() }

    /// Waits for the next event; nil when the deadline passed first, or after the last one.
    package func next(until deadline: MonotonicTime) -> StandInEvent? {
        while true {
            if let event = core.next() { return event }
            if core.isFinished || !core.report.waitReadable(until: deadline) { return nil }
        }
    }

    /// The process, once it is known to exist beyond doubt: from its exec on, or when the stand-in is gone.
    package var process: SpawnedProcess? { core.process }

    /// Ends the stand-in and leaves the process alone: nothing is started if that had not begun yet, and one that is on
    /// its way to its exec goes on. Once the stand-in is gone, the last event says so.
    package func letGo() { core.letGo() }

    /// Kills the process wherever it is, before its exec as well, or sees that it never starts.
    ///
    /// Its children are not touched. The last event follows. Throws when it may not be killed: it has become another
    /// user's, and this process is not root.
    package func kill() throws(SystemError) { try core.kill() }
}
