/// A child process that runs beside us, with a channel to it.
///
/// It is ended, with everything it has started, when this value goes.
public final class ConnectedChild<Sent: Encodable & Sendable, Received: Decodable & Sendable>: Sendable {
    /// Its number.
    public let pid: Int32
    /// The way to it.
    public let channel: MessageChannel<Sent, Received>
    private let run: LoopBound<ChildRun>
    private let result: Promise<Result<ChildResult, any Error>>
    private let work: WorkLoop

    init(
        pid: Int32, channel: MessageChannel<Sent, Received>, run: LoopBound<ChildRun>,
        result: Promise<Result<ChildResult, any Error>>, on work: WorkLoop
    ) {
        self.pid = pid
        self.channel = channel
        self.run = run
        self.result = result
        self.work = work
    }

    deinit {
        let run = self.run
        work.post { _ in run.value.end() }
    }

    /// Waits until it, and everything it has started, has ended by itself.
    public func result() async throws -> ChildResult { try await result.get().get() }

    /// Ends it by its stop signals, with everything it has started, and waits until that is done.
    public func end() async throws -> ChildResult {
        let run = self.run
        work.post { _ in run.value.end() }
        return try await result.get().get()
    }
}
