#if AMQP
import HobAMQPCore
import HobPolicy
import NIOCore

/// The connection machine's side: transport, bytes, channel 0.
extension SessionState {
    mutating func transportUp(_ channel: any Channel, epoch: UInt64) -> Bool {
        guard epoch == self.epoch, !connection.isOver else { return false }
        transport = channel
        unset(.attempt)
        connectionEvent(.transportUp)
        return true
    }

    mutating func transportDown(_ reason: String, epoch: UInt64) {
        guard epoch == self.epoch else { return }
        connectionEvent(.transportDown(reason))
    }

    mutating func transportRefused(_ reason: String, epoch: UInt64) {
        guard epoch == self.epoch else { return }
        connectionEvent(.transportRefused(reason))
    }

    /// - Returns: how many bytes have been used up.
    mutating func received(_ bytes: UnsafeRawBufferPointer, epoch: UInt64) -> Int {
        guard epoch == self.epoch, !connection.isOver else { return bytes.count }
        connection.sawTraffic(at: Self.now())
        var offset = 0
        do {
            loop: while !connection.isOver, epoch == self.epoch {
                switch try decoder.next(in: UnsafeRawBufferPointer(rebasing: bytes[offset...])) {
                case .incomplete: break loop
                case .version(let major, let minor, let revision):
                    connectionEvent(.serverVersion("\(major)-\(minor)-\(revision)"))
                    return bytes.count
                case .frame(let frame):
                    let start = offset + frame.payload.lowerBound
                    let end = offset + frame.payload.upperBound
                    offset += frame.length
                    try dispatch(frame, UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                }
            }
        } catch {
            connectionEvent(.violated(error))
            // What follows cannot be read; only the end of the connection is awaited.
            return bytes.count
        }
        traffic.bytesIn &+= UInt64(offset)
        return epoch == self.epoch && !connection.isOver ? offset : bytes.count
    }

    private mutating func dispatch(_ frame: Frame, _ payload: UnsafeRawBufferPointer) throws(AMQPProtocolError) {
        guard frame.channel != 0 else { return try dispatchConnection(frame, payload) }
        // On the way out nothing but the end counts.
        guard connection.isOpen else { return }
        guard channels[frame.channel] != nil else {
            throw AMQPProtocolError(.channelError, "a frame on channel \(frame.channel), which is not open")
        }
        switch frame.kind {
        case .method:
            let method = try Method(payload: payload)
            guard method.isFromServer else {
                throw AMQPProtocolError(.commandInvalid, "\(method.name) comes from clients only")
            }
            if case .connection = method {
                throw AMQPProtocolError(.commandInvalid, "\(method.name) on channel \(frame.channel)")
            }
            guard method.hasContent else {
                try channels[frame.channel]?.assembly.expectMethod(method.name)
                return channelEvent(.received(method), on: frame.channel)
            }
            try channels[frame.channel]?.assembly.begin(method)
        case .header:
            if let content = try channels[frame.channel]?.assembly.header(payload) {
                channelEvent(.receivedContent(content), on: frame.channel)
            }
        case .body:
            if let content = try channels[frame.channel]?.assembly.body(payload) {
                channelEvent(.receivedContent(content), on: frame.channel)
            }
        case .heartbeat: throw AMQPProtocolError(.commandInvalid, "a heartbeat on channel \(frame.channel)")
        }
    }

    private mutating func dispatchConnection(
        _ frame: Frame, _ payload: UnsafeRawBufferPointer
    ) throws(AMQPProtocolError) {
        switch frame.kind {
        case .heartbeat: break
        case .method:
            guard case .connection(let method) = try Method(payload: payload) else {
                throw AMQPProtocolError(.commandInvalid, "a method of another class on channel 0")
            }
            connectionEvent(.received(method))
        case .header, .body: throw AMQPProtocolError(.unexpectedFrame, "a content on channel 0")
        }
    }

    mutating func connectionEvent(_ event: ConnectionEvent) {
        // While we do not read, the other side's silence is ours.
        if event == .expired(.heartbeat), !pausedConsumers.isEmpty { connection.sawTraffic(at: Self.now()) }
        for action in connection.handle(event, at: Self.now()) { perform(action) }
    }

    private mutating func perform(_ action: ConnectionAction) {
        switch action {
        case .sendProtocolHeader: out.protocolHeader()
        case .send(let method): write(.connection(method), on: 0)
        case .sendHeartbeat: out.heartbeatFrame()
        case .set(let timer, let delay): set(.connection(timer), after: delay)
        case .unset(let timer): unset(.connection(timer))
        case .limit(let limits):
            self.limits = limits
            decoder.frameMax = limits.frameMax
        case .opened(let properties, let limits): opened(properties, limits)
        case .blocked(let reason):
            blockedReason = reason
            if recovery.isUp { enter(.blocked(reason: reason)) }
        case .unblocked:
            blockedReason = nil
            if recovery.isUp { enter(.connected) }
            for number in channels.keys.sorted() { sendUnsent(on: number) }
        case .secretUpdated:
            for waiter in secretWaiters { effects.append(.resume(waiter.continuation, nil)) }
            secretWaiters = []
        case .closing: break
        case .dropTransport: dropTransport()
        case .ended(let ending): ended(ending)
        }
    }

    private mutating func dropTransport() {
        guard let transport else { return }
        var rest: ByteBuffer?
        if !out.isEmpty { rest = ByteBuffer(bytes: out.bytes) }
        out.removeAll()
        effects.append(.finish(transport, rest))
        self.transport = nil
    }

    private mutating func opened(_ properties: AMQPTable, _ limits: ConnectionLimits) {
        blockedReason = nil
        recoveryEvent(.connected(stepsOfRecovery()))
    }

    private mutating func ended(_ ending: ConnectionEnding) {
        // Nothing that this connection still says is listened to.
        epoch += 1
        unset(.attempt)
        blockedReason = nil
        isFlushScheduled = false
        heldBack = []
        awaitsAcks = false
        unset(.acks)
        out.removeAll()
        let error = AMQPError(ending, of: settings.name)
        for waiter in secretWaiters { effects.append(.resume(waiter.continuation, error)) }
        secretWaiters = []
        refusedStep = nil
        for number in channels.keys.sorted() {
            channelEvent(.connectionEnded(ending), on: number)
            connectionLost(on: number, ending)
        }
        switch phase {
        case .live:
            tellTrouble("\(ending)")
            recoveryEvent(.ended(ending))
        // What was to be drained has been given up above.
        case .draining: closeNow()
        case .closing: finish(AMQPError(ConnectionEnding.closed, of: settings.name))
        case .over: break
        }
        tellTraffic()
    }

    /// Says why there is no connection: each reason once, however often it is tried meanwhile.
    private mutating func tellTrouble(_ reason: String) {
        // A first connection that is tried once only has an error for that.
        guard settings.recovery.recovers, recovery.isUp || !troubles.isEmpty || settings.recovery.persistsAtStart,
            troubles.count < 100, troubles.insert(reason).inserted
        else { return }
        enter(.recovering(reason: reason))
    }

    /// The next log-in uses this password.
    mutating func replaceSecret(_ secret: String) {
        guard case .plain(let user, _) = settings.plan.credentials else { return }
        settings.plan.credentials = .plain(user: user, password: secret)
    }

    // MARK: The end

    /// The application wants no more: what is unconfirmed may still be confirmed, for a time.
    mutating func close(timeout: Duration) {
        guard case .live = phase else { return }
        phase = .draining
        enter(.closing)
        set(.drain, after: timeout)
        for (tag, consumer) in consumers where consumer.ending == nil { consumerEvent(.cancel, of: tag) }
        closeWhenDrained()
    }

    mutating func closeWhenDrained() {
        guard case .draining = phase else { return }
        let isDrained = channels.values.allSatisfy { $0.confirms.inFlight == 0 }
        if isDrained || !isUp { closeNow() }
    }

    mutating func closeNow() {
        guard case .draining = phase else { return }
        phase = .closing
        unset(.drain)
        for action in recovery.handle(.stop, at: Self.now()) { perform(action) }
        if connection.isOver || transport == nil {
            epoch += 1
            finish(AMQPError(ConnectionEnding.closed, of: settings.name))
        } else {
            writeAllPendingAcks()
            connectionEvent(.close(.success, "the application has closed the connection"))
        }
    }

    /// Everybody who waits hears of the end.
    mutating func finish(_ error: AMQPError) {
        if case .over = phase { return }
        let wasWished = if case .closing = phase { true } else { false }
        phase = .over(error)
        // Whoever waits finds the state told and logged.
        enter(.closed(reason: wasWished ? "by the application" : error.message))
        for number in channels.keys.sorted() { endChannel(number, error) }
        for (id, call) in calls.sorted(by: { $0.key < $1.key }) { fail(call, id, error) }
        calls = [:]
        for call in deferred { fail(call.record, call.id, error) }
        deferred = []
        for waiter in startWaiters.values { effects.append(.resume(waiter, error)) }
        startWaiters = [:]
        for waiter in spaceWaiters { effects.append(.resume(waiter.continuation, error)) }
        spaceWaiters = []
        for id in pipelines.keys.sorted() { failPipeline(id, error) }
        for waiter in closeWaiters { effects.append(.resume(waiter, nil)) }
        closeWaiters = []
        timerGenerations = [:]
        sweepAt = nil
        tellTraffic()
    }
}
#endif
