#if AMQP
import HobAMQPCore
import HobPolicy
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The shell about a connection's state: the lock, the timers, the transport, and everybody who waits.
///
/// Whoever calls decides under the lock and acts when it has been given back. Timers and the transport live on one
/// event loop, so that a busy pool of Swift's delays no heartbeat.
final class Session: Sendable {
    let settings: SessionSettings
    let loop: any EventLoop
    private let state: Mutex<SessionState>
    private let timers = Mutex<[SessionTimer: (generation: UInt64, scheduled: Scheduled<Void>)]>([:])
    private let lastID = Atomic<UInt64>(1 << 63)

    init(_ settings: SessionSettings, on loop: any EventLoop) {
        self.settings = settings
        self.loop = loop
        state = Mutex(SessionState(settings, seed: .random(in: .min ... .max)))
    }

    // MARK: Decide, then act

    /// Changes the state and then does what follows from it.
    func withState<Result: Sendable, Failure: Error>(
        _ body: (inout SessionState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var effects: [SessionEffect] = []
        defer { for effect in effects { run(effect) } }
        return try state.withLock { state throws(Failure) in
            defer { effects = state.takeEffects() }
            return try body(&state)
        }
    }

    private func run(_ effect: SessionEffect) {
        switch effect {
        case .resumeReply(let continuation, let result):
            switch result {
            case .success(let reply): continuation.resume(returning: reply)
            case .failure(let error): continuation.resume(throwing: error)
            }
        case .resume(let continuation, let error):
            if let error { continuation.resume(throwing: error) } else { continuation.resume() }
        case .resumeDelivery(let continuation, let result):
            switch result {
            case .success(let message): continuation.resume(returning: message)
            case .failure(let error): continuation.resume(throwing: error)
            }
        case .resumeCancelled(let continuation): continuation.resume(throwing: CancellationError())
        case .resumeReplyCancelled(let continuation): continuation.resume(throwing: CancellationError())
        case .resumeDeliveryCancelled(let continuation): continuation.resume(returning: nil)
        case .call(let handler, let error): handler(error)
        case .connect(let host, let epoch): connect(to: host, epoch: epoch)
        case .flush: loop.execute { self.flush() }
        case .finish(let channel, let rest): finish(channel, rest)
        case .set(let timer, let delay, let generation): set(timer, delay, generation)
        case .read(let channel): read(channel)
        case .state(let state): entered(state)
        case .log(let level, let text): log(level, text)
        case .moved(let traffic): settings.observer?.moved(connection: settings.name, traffic)
        }
    }

    private func log(_ level: Logger.Level, _ text: String) {
        settings.logger?.log(level: level, "\(text)", metadata: ["amqp-connection": "\(settings.name)"])
    }

    private func entered(_ state: AMQPConnectionState) {
        settings.observer?.stateChanged(connection: settings.name, to: state)
        switch state {
        case .connecting, .connected, .closing, .closed: log(.info, "AMQP connection is \(state)")
        case .blocked, .recovering: log(.warning, "AMQP connection is \(state)")
        }
        if case .closed = state {
            let left = timers.withLock { timers in
                defer { timers = [:] }
                return timers.values.map(\.scheduled)
            }
            for timer in left { timer.cancel() }
        }
    }

    /// Reads from the transport or not, as it is right when the loop comes to it: who decided last may come here first.
    private func read(_ channel: any Channel) {
        loop.execute { [self] in
            let isOn = withState { $0.pausedConsumers.isEmpty }
            channel.setOption(.autoRead, value: isOn).whenComplete { _ in }
        }
    }

    // MARK: Timers

    private func set(_ timer: SessionTimer, _ delay: Duration, _ generation: UInt64) {
        let nanoseconds = delay.wholeNanoseconds
        let scheduled = loop.scheduleTask(in: .nanoseconds(nanoseconds)) { [self] in
            withState { $0.expired(timer, generation: generation) }
        }
        // Two threads may come here in the other order than they decided in: the later decision counts.
        let outdated = timers.withLock { timers -> Scheduled<Void>? in
            if let current = timers[timer], current.generation > generation { return scheduled }
            return timers.updateValue((generation, scheduled), forKey: timer)?.scheduled
        }
        outdated?.cancel()
    }

    // MARK: The transport

    private func connect(to host: AMQPHost, epoch: UInt64) {
        Connector.connect(self, to: host, epoch: epoch)
    }

    func transportUp(_ channel: any Channel, epoch: UInt64) -> Bool {
        withState { $0.transportUp(channel, epoch: epoch) }
    }

    func transportDown(_ reason: String, epoch: UInt64) {
        withState { $0.transportDown(reason, epoch: epoch) }
    }

    func transportRefused(_ reason: String, epoch: UInt64) {
        withState { $0.transportRefused(reason, epoch: epoch) }
    }

    /// Takes what has arrived; what is not a whole frame stays in the buffer.
    func received(_ buffer: inout ByteBuffer, epoch: UInt64) {
        let used = buffer.withUnsafeReadableBytes { bytes in
            withState { state in
                let used = state.received(bytes, epoch: epoch)
                state.tellTraffic()
                return used
            }
        }
        buffer.moveReaderIndex(forwardBy: used)
    }

    /// Writes what has been collected, unless the socket takes no more; then it goes on when it does. On the loop.
    func flush() {
        let written = withState { state -> (channel: any Channel, buffer: ByteBuffer)? in
            state.isFlushScheduled = false
            guard let transport = state.transport, !state.out.isEmpty else { return nil }
            guard transport.isWritable else {
                // Nobody need try again before the socket says so.
                state.isFlushScheduled = true
                return nil
            }
            var buffer = transport.allocator.buffer(capacity: state.out.count)
            buffer.writeBytes(state.out.bytes)
            state.written()
            return (transport, buffer)
        }
        written?.channel.writeAndFlush(written?.buffer, promise: nil)
    }

    private func finish(_ channel: any Channel, _ rest: ByteBuffer?) {
        guard let rest else { return channel.close(promise: nil) }
        loop.execute {
            channel.writeAndFlush(rest, promise: nil)
            channel.close(promise: nil)
        }
    }

    // MARK: Waiting

    /// A number for somebody who waits.
    func nextID() -> UInt64 { lastID.add(1, ordering: .relaxed).newValue }

    /// Waits for what the state says to the continuation; a cancelled task waits no longer.
    func wait<Value: Sendable>(
        _ register: (inout SessionState, UInt64, CheckedContinuation<Value, any Error>) -> Void
    ) async throws -> Value {
        let id = nextID()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                withState { register(&$0, id, continuation) }
                // Cancelled before there was anything to find.
                if Task.isCancelled { withState { $0.cancel(id) } }
            }
        } onCancel: {
            withState { $0.cancel(id) }
        }
    }

    /// Calls a method and waits for the answer.
    func call(
        _ method: Method, on channel: ChannelReference, change: TopologyChange? = nil
    ) async throws -> CallReply {
        try await request(.call(method), on: channel) { .caller($0, change) }
    }

    func request(
        _ what: DeferredCall.What, on channel: ChannelReference,
        _ purpose: (CheckedContinuation<CallReply, any Error>) -> CallRecord.Purpose
    ) async throws -> CallReply {
        if case .call(let method) = what { try withState { state throws(AMQPError) in try state.check(method) } }
        let deadline = SessionState.now() + settings.callTimeout
        return try await wait { state, id, continuation in
            let record = CallRecord(channel: channel, purpose: purpose(continuation), deadline: deadline)
            state.request(what, id: id, record)
        }
    }

    func settle(
        _ method: BasicMethod, tag: UInt64, multiple: Bool, generation: UInt64, channel: ChannelReference
    ) -> AMQPDelivery.Settlement {
        withState { state in
            guard state.channels[channel.number]?.id == channel.id else {
                state.traffic.stale &+= 1
                return .stale
            }
            return state.settle(
                method, tag: tag, multiple: multiple, generation: generation, number: channel.number)
        }
    }
}

extension SessionState {
    mutating func expired(_ timer: SessionTimer, generation: UInt64) {
        guard timerGenerations[timer] == generation else { return }
        switch timer {
        case .connection(let timer): connectionEvent(.expired(timer))
        case .attempt:
            transportDown("no connection, or no TLS, within \(settings.connectionTimeout)", epoch: epoch)
        case .recovery: recoveryEvent(.expired)
        case .sweep: sweep()
        case .acks: writeAllPendingAcks()
        case .drain: closeNow()
        case .resubscribe(let tag): resubscribe(tag)
        }
    }

    /// What was collected is with the socket.
    mutating func written() {
        traffic.bytesOut &+= UInt64(out.count)
        // A large message's memory is not kept for small ones.
        if out.count > 2 << 20 { out = ByteWriter(capacity: 1 << 14) } else { out.removeAll() }
        connection.sentTraffic(at: Self.now())
        for waiter in spaceWaiters { effects.append(.resume(waiter.continuation, nil)) }
        spaceWaiters = []
        sendHeldBack()
        tellTraffic()
    }
}
#endif
