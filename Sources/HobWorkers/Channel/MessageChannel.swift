import HobCoding

/// A typed channel between a parent and its child: calls with an answer and a deadline, and pushes, both ways.
///
///     // In the parent:
///     let child = try await ChildProcess(["./resizer"]).connect(sending: Order.self, receiving: Picture.self)
///     let picture = try await child.channel.call(Order(path: "cat.png"), within: .seconds(5))
///
///     // In the child:
///     let parent = try MessageChannel<Picture, Order>.toParent()
///     try await parent.serve { order in try resize(order.path) }
///
/// A sender waits while more than 256 KiB are on their way, and the channel stops reading while 64 messages, or 256 KiB
/// of them, have not been taken: who is slow slows the other side down. When the other process ends, everything that
/// waits here throws an error that names its pid and exit status.
public final class MessageChannel<Sent: Encodable & Sendable, Received: Decodable & Sendable>: Sendable {
    private let work: WorkLoop
    private let core: LoopBound<ChannelCore>
    private let limits: MessageLimits

    init(_ core: ChannelCore, limit: Int, on work: WorkLoop) {
        self.work = work
        self.core = LoopBound(core)
        limits = MessageLimits(bytes: limit)
    }

    deinit {
        let core = self.core
        work.post { _ in core.value.close() }
    }

    /// Sends a message and waits for the answer.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - deadline: how long to wait; the time runs from now on, and no thread of Swift's pool is needed for it.
    /// - Throws: ``ChannelError``: no answer in time, the other side's handler has thrown, or the other process ended.
    public func call(_ message: Sent, within deadline: Duration) async throws -> Received {
        let bytes = try encode(message)
        let answer: [UInt8] = try await withCheckedThrowingContinuation { continuation in
            work.post { [core] _ in
                core.value.call(bytes, within: deadline) { continuation.resume(with: $0) }
            }
        }
        return try decode(answer)
    }

    /// Sends a message that gets no answer; waits while too much is on its way already.
    ///
    /// - Throws: ``ChannelError`` when the other process has ended or the message is too long.
    public func push(_ message: Sent) async throws {
        let bytes = try encode(message)
        try await waitForRoom { core, done in core.push(bytes, done: done) }
    }

    /// Waits for the next message of the other side, a push or a call; nil when this side has closed the channel.
    ///
    /// - Throws: ``ChannelError`` when the other process has ended, or sends what is no `Received`.
    public func next() async throws -> IncomingMessage<Sent, Received>? {
        let incoming: ChannelCore.Incoming? = try await withCheckedThrowingContinuation { continuation in
            work.post { [core] _ in core.value.take { continuation.resume(with: $0) } }
        }
        guard let incoming else { return nil }
        do {
            return IncomingMessage(content: try decode(incoming.payload), call: incoming.call, channel: self)
        } catch {
            if let call = incoming.call { refuse(call, error) }
            throw error
        }
    }

    /// Answers calls by a handler, one after the other, until this side closes the channel or the other process ends;
    /// a push goes to the handler, too, and what it answers is dropped.
    ///
    /// - Parameter handler: makes the answer; what it throws is the caller's error.
    /// - Throws: ``ChannelError`` when the other process has ended.
    public func serve(_ handler: (Received) async throws -> Sent) async throws {
        while let message = try await next() {
            do {
                let answer = try await handler(message.content)
                try await message.answer(answer)
            } catch let error as ChannelError where error.code == .ended {
                throw error
            } catch {
                message.refuse(error)
            }
        }
    }

    /// Closes this side; what waits here ends with an error, ``next()`` with nil.
    public func close() {
        work.post { [core] _ in core.value.close() }
    }

    func answer(_ call: UInt64, _ message: Sent) async throws {
        let bytes = try encode(message)
        try await waitForRoom { core, done in core.answer(call, bytes, done: done) }
    }

    func refuse(_ call: UInt64, _ error: any Error) {
        let reason = "\(error)"
        work.post { [core] _ in core.value.refuse(call, reason) }
    }

    private func waitForRoom(
        _ send: @escaping @Sendable (ChannelCore, @escaping (ChannelError?) -> Void) -> Void
    ) async throws {
        let error: ChannelError? = await withCheckedContinuation { continuation in
            work.post { [core] _ in send(core.value) { continuation.resume(returning: $0) } }
        }
        if let error { throw error }
    }

    private func encode(_ message: Sent) throws(ChannelError) -> [UInt8] {
        do { return try MessageEncoder(limits: MessageLimits(bytes: .max, depth: limits.depth)).encode(message) } catch
        {
            throw ChannelError(.badMessage, "a \(Sent.self) cannot be sent: \(error)", cause: error)
        }
    }

    private func decode(_ bytes: [UInt8]) throws(ChannelError) -> Received {
        do { return try MessageDecoder(limits: limits).decode(Received.self, from: bytes) } catch {
            throw ChannelError(
                .badMessage, "what came is no \(Received.self); both sides must be built of the same types: \(error)",
                cause: error)
        }
    }
}
