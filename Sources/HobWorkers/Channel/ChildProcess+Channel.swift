import HobSystem

/// What the two sides of a channel agree on.
enum ChannelInheritance {
    static let variable = "HOB_CHANNEL"
    static let descriptor: Int32 = 3
}

extension ChildProcess {
    /// Starts it with a channel, and returns when it runs.
    ///
    /// - Parameters:
    ///   - sent: what we send.
    ///   - received: what it sends.
    ///   - messageLimit: the most bytes of a message, 4 MiB unless told otherwise; the child must allow as many.
    /// - Throws: ``ChildProcessError`` when it cannot be started.
    public func connect<Sent: Encodable & Sendable, Received: Decodable & Sendable>(
        sending sent: Sent.Type, receiving received: Received.Type, messageLimit: Int = 4 << 20
    ) async throws -> ConnectedChild<Sent, Received> {
        let name = words.first ?? "a child"
        do {
            let work = try WorkLoop.shared()
            let (ours, theirs) = try Descriptor.socketPair()
            let result = Promise<Result<ChildResult, any Error>>()
            return try await withCheckedThrowingContinuation { continuation in
                work.post { loop in
                    // The run keeps itself until it is over; the child is told of by `started`, once.
                    let later = Later()
                    let end = ChildEnd()
                    let run = ChildRun(
                        self,
                        gift: .init(
                            descriptor: theirs, number: ChannelInheritance.descriptor,
                            variable: ChannelInheritance.variable)
                    ) { started in
                        continuation.resume(
                            with: Result {
                                let pid = try started.get().pid
                                let core = try ChannelCore(ours, limit: messageLimit, on: loop) { tell in
                                    end.explain(pid, name, on: loop, tell)
                                }
                                let channel = MessageChannel<Sent, Received>(core, limit: messageLimit, on: work)
                                guard let run = later.run else { throw CancellationError() }
                                return ConnectedChild(
                                    pid: pid, channel: channel, run: LoopBound(run), result: result, on: work)
                            })
                    }
                    later.run = run
                    run.mainEnded = { end.came($0) }
                    run.begin(on: loop, work) { outcome in
                        later.run = nil
                        result.fulfil(Result { try outcome.get() })
                    }
                }
            }
        } catch let error as SystemError {
            throw ChildProcessError(.cannotStart, "cannot start \(name): \(error)", cause: error)
        }
    }

    private final class Later {
        var run: ChildRun?
    }
}
