import HobSystem

/// What a worker has to do with its surroundings.
public struct WorkerContext: Sendable {
    let runtime: WorkerRuntime

    /// The number of its slot in the pool, from 1.
    public var number: Int { runtime.setup.number }

    /// The pool's name.
    public var pool: String { runtime.setup.pool }

    /// Says that the worker may be used; needed only when ``Worker/announcesReadiness`` is true. Later calls do nothing.
    public func ready() { runtime.ready() }

    /// Says that the worker makes progress; needed only with a manual heartbeat. Costs a clock reading, and a message a
    /// few times a second.
    public func beat() { runtime.beat() }

    /// Counts a request that was answered, which is a sign of progress, too. After as many as the pool allows the
    /// worker is replaced.
    public func requestDone() { runtime.requestDone() }

    /// Whether the worker shall take nothing new, finish what it has in hand, and return from `run`.
    public var isStopping: Bool { runtime.isStopping }

    /// Waits until ``isStopping``, or until the task is cancelled.
    public func stopRequested() async { await runtime.stopRequested() }

    /// The descriptor of a listening socket, for a server that accepts by itself (such as one on SwiftNIO); it is
    /// non-blocking, shared with the other workers, and must not be closed.
    ///
    /// - Parameter name: the listener's name in the pool.
    /// - Throws: ``WorkerContextError`` when the pool has none of this name.
    public func listener(_ name: String) throws -> Int32 { try runtime.listener(name).raw }

    /// The connections that this worker accepts; the sequence ends when the worker shall stop. Of the workers that wait,
    /// the kernel wakes one for each connection, in turn.
    ///
    /// - Parameter name: the listener's name in the pool.
    /// - Throws: ``WorkerContextError`` when the pool has none of this name.
    public func connections(on name: String) throws -> WorkerConnections {
        WorkerConnections(runtime: runtime, name: name, socket: try runtime.listener(name))
    }

    /// Runs the body, and ends the whole process when it takes longer than the limit, be it that it will not yield, hangs
    /// in C code or blocks every thread: the hard timeout. The pool's status names the label.
    ///
    /// - Parameters:
    ///   - limit: the longest time.
    ///   - label: what is limited, for the pool's status.
    ///   - isolation: the caller's; never said.
    ///   - body: what is limited; short of its end nothing else of the process may be of value.
    public func limited<Answer>(
        to limit: Duration, _ label: String, isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws -> Answer
    ) async rethrows -> Answer {
        let bound = HardLimit(limit, label, runtime)
        defer { bound.lift() }
        return try await body()
    }
}
