package import HobPolicy

/// A connection from the first byte to the last, decided: events in, actions out, nothing done.
///
///     idle → greeting ─start→ loggingIn ─tune→ opening ─open-ok→ open ─close→ closing ─close-ok→ over
///               │                 │              │                 │             └ timer, transport down ─→ over
///               └──── close, another version, timer, transport down, violation, silence ────────────────→ over
///
/// Where the other side breaks the protocol, it is told so with the right code, and the end is what was broken, not that
/// it was closed.
package struct ConnectionMachine: Sendable {
    enum Phase: Hashable, Sendable {
        case idle
        case greeting
        case loggingIn
        case opening
        case open
        case closing(ConnectionEnding)
        case over
    }

    let plan: ConnectionPlan
    var phase = Phase.idle
    var limits: ConnectionLimits
    private var serverProperties = AMQPTable()
    private var isBlocked = false
    private var lastReceived = MonotonicInstant.zero
    private var lastSent = MonotonicInstant.zero

    /// A connection that has not begun.
    package init(_ plan: ConnectionPlan) {
        self.plan = plan
        limits = plan.limits
    }

    /// Whether it may be used.
    package var isOpen: Bool { phase == .open }
    /// Whether nothing follows.
    package var isOver: Bool { phase == .over }

    /// Something has arrived, whatever it is: the other side lives.
    package mutating func sawTraffic(at now: MonotonicInstant) { lastReceived = now }

    /// Something has been sent, so that no heartbeat is needed for a while.
    package mutating func sentTraffic(at now: MonotonicInstant) { lastSent = now }

    /// Takes an event and answers what is to be done, in this order.
    package mutating func handle(_ event: ConnectionEvent, at now: MonotonicInstant) -> [ConnectionAction] {
        switch phase {
        case .idle: whileIdle(event, at: now)
        case .greeting, .loggingIn, .opening: whileShakingHands(event, at: now)
        case .open: whileOpen(event, at: now)
        case .closing(let ending): whileClosing(event, ending: ending)
        case .over: []
        }
    }

    private mutating func whileIdle(_ event: ConnectionEvent, at now: MonotonicInstant) -> [ConnectionAction] {
        switch event {
        case .transportUp:
            phase = .greeting
            lastReceived = now
            lastSent = now
            return [.set(.handshake, after: plan.handshakeTimeout), .sendProtocolHeader]
        case .close: return end(.closed)
        case .transportDown(let reason): return end(.failed(reason))
        case .transportRefused(let reason): return end(.unreachable(reason))
        case .received, .serverVersion, .violated, .updateSecret, .expired: return []
        }
    }

    // MARK: The handshake

    private mutating func whileShakingHands(
        _ event: ConnectionEvent, at now: MonotonicInstant
    ) -> [ConnectionAction] {
        switch event {
        case .received(let method): return handshake(method, at: now)
        case .serverVersion(let version):
            return end(.incompatible("the server speaks AMQP \(version), this client 0-9-1"))
        case .violated(let error):
            // Who never spoke AMQP is told nothing in it.
            guard phase == .greeting, error.code == .frameError else { return violate(error) }
            return end(.incompatible("the server does not speak AMQP: \(error.message)"))
        case .close: return end(.closed)
        case .expired(.handshake): return end(.handshakeTimedOut(plan.handshakeTimeout))
        case .transportDown(let reason), .transportRefused(let reason): return end(handshakeLoss(reason))
        case .transportUp, .updateSecret, .expired(.heartbeat), .expired(.close): return []
        }
    }

    /// A server that knows nothing of authentication_failure_close hangs up without a word; so does a proxy in front of a
    /// broker that is down, but before the first.
    private func handshakeLoss(_ reason: String) -> ConnectionEnding {
        if phase == .greeting { return .unreachable("\(reason), before it said anything") }
        guard phase == .loggingIn else { return .failed(reason) }
        return .failed("\(reason), after \(plan.credentials) was sent: the user or the password may be wrong")
    }

    private mutating func handshake(
        _ method: ConnectionMethod, at now: MonotonicInstant
    ) -> [ConnectionAction] {
        switch (phase, method) {
        case (.greeting, .start(let major, let minor, let properties, let mechanisms, _)):
            return start(major, minor, properties, mechanisms)
        case (.loggingIn, .secure):
            return violate(AMQPProtocolError(.commandInvalid, "PLAIN and EXTERNAL have no second step"))
        case (.loggingIn, .tune(let channelMax, let frameMax, let heartbeat)):
            return tune(ConnectionLimits(channelMax: channelMax, frameMax: frameMax, heartbeat: heartbeat))
        case (.opening, .openOk): return open(at: now)
        case (_, .close(let code, let text, _, _)):
            let code = AMQPReplyCode(rawValue: code)
            return [.send(.closeOk)] + end(phase == .greeting ? .closedByServer(code, text) : .refused(code, text))
        case (_, .start), (_, .startOk), (_, .secure), (_, .secureOk), (_, .tune), (_, .tuneOk), (_, .open),
            (_, .openOk), (_, .closeOk), (_, .blocked), (_, .unblocked), (_, .updateSecret), (_, .updateSecretOk):
            return violate(AMQPProtocolError(.commandInvalid, "\(method.name) may not come in the handshake"))
        }
    }

    private mutating func start(
        _ major: UInt8, _ minor: UInt8, _ properties: AMQPTable, _ mechanisms: [UInt8]
    ) -> [ConnectionAction] {
        guard major == 0, minor == 9 else {
            return end(.incompatible("the server speaks AMQP \(major)-\(minor), this client 0-9-1"))
        }
        let offered = String(decoding: mechanisms, as: UTF8.self).split(separator: " ")
        let mechanism = plan.credentials.mechanism
        guard offered.contains(where: { $0 == mechanism }) else {
            let list = offered.joined(separator: ", ")
            return end(.incompatible("the server does not take \(mechanism); it offers \(list)"))
        }
        serverProperties = properties
        phase = .loggingIn
        return [
            .send(
                .startOk(
                    clientProperties: plan.announcedProperties, mechanism: mechanism,
                    response: plan.credentials.response, locale: "en_US"))
        ]
    }

    private mutating func tune(_ offer: ConnectionLimits) -> [ConnectionAction] {
        do {
            limits = try plan.limits.agreed(with: offer)
        } catch {
            return violate(error)
        }
        phase = .opening
        return [
            .limit(limits),
            .send(
                .tuneOk(channelMax: limits.channelMax, frameMax: limits.frameMax, heartbeat: limits.heartbeat)),
            .send(.open(virtualHost: plan.virtualHost)),
        ]
    }

    private mutating func open(at now: MonotonicInstant) -> [ConnectionAction] {
        phase = .open
        var actions: [ConnectionAction] = [.unset(.handshake)]
        if limits.heartbeat > 0 { actions.append(.set(.heartbeat, after: untilNextHeartbeat(at: now))) }
        return actions + [.opened(serverProperties, limits)]
    }

    // MARK: In use

    private mutating func whileOpen(_ event: ConnectionEvent, at now: MonotonicInstant) -> [ConnectionAction] {
        switch event {
        case .received(let method): return use(method)
        case .violated(let error): return violate(error)
        case .close(let code, let text):
            return sendClose(code, text, ending: .closed)
        case .updateSecret(let secret, let reason):
            return [.send(.updateSecret(newSecret: secret, reason: reason))]
        case .expired(.heartbeat): return beat(at: now)
        case .transportDown(let reason), .transportRefused(let reason): return end(.lost(reason))
        case .transportUp, .serverVersion, .expired(.handshake), .expired(.close): return []
        }
    }

    private mutating func use(_ method: ConnectionMethod) -> [ConnectionAction] {
        switch method {
        case .close(let code, let text, _, _):
            return [.closing, .send(.closeOk)] + end(.closedByServer(AMQPReplyCode(rawValue: code), text))
        case .blocked(let reason):
            isBlocked = true
            return [.blocked(reason)]
        case .unblocked:
            defer { isBlocked = false }
            return isBlocked ? [.unblocked] : []
        case .updateSecretOk: return [.secretUpdated]
        case .start, .startOk, .secure, .secureOk, .tune, .tuneOk, .open, .openOk, .closeOk, .updateSecret:
            return violate(AMQPProtocolError(.commandInvalid, "\(method.name) may not come on an open connection"))
        }
    }

    /// Two intervals without anything from the other side: it is dead, or the way to it. Half an interval without
    /// anything from us: say that we live.
    private mutating func beat(at now: MonotonicInstant) -> [ConnectionAction] {
        let silence = now - lastReceived
        if silence >= interval * 2 { return [.closing] + end(.silent(silence)) }
        var actions: [ConnectionAction] = []
        if now - lastSent >= interval / 2 {
            lastSent = now
            actions.append(.sendHeartbeat)
        }
        return actions + [.set(.heartbeat, after: untilNextHeartbeat(at: now))]
    }

    private var interval: Duration { .seconds(Int64(limits.heartbeat)) }

    private func untilNextHeartbeat(at now: MonotonicInstant) -> Duration {
        let send = interval / 2 - (now - lastSent)
        let death = interval * 2 - (now - lastReceived)
        return max(.milliseconds(1), min(send, death))
    }

    // MARK: The end

    private mutating func whileClosing(_ event: ConnectionEvent, ending: ConnectionEnding) -> [ConnectionAction] {
        switch event {
        case .received(.closeOk), .expired(.close), .transportDown, .transportRefused, .violated: return end(ending)
        // Both sides at once: each answers the other.
        case .received(.close): return [.send(.closeOk)]
        case .received, .transportUp, .serverVersion, .close, .updateSecret, .expired(.handshake),
            .expired(.heartbeat):
            return []
        }
    }

    /// The server learns what it did wrong; but what cannot be read cannot be answered either, so nobody waits long.
    private mutating func violate(_ error: AMQPProtocolError) -> [ConnectionAction] {
        sendClose(error.code, error.message, ending: .violated(error))
    }

    private mutating func sendClose(
        _ code: AMQPReplyCode, _ text: String, ending: ConnectionEnding
    ) -> [ConnectionAction] {
        phase = .closing(ending)
        return [
            .closing, .unset(.handshake), .unset(.heartbeat), .set(.close, after: plan.closeTimeout),
            .send(.close(replyCode: code.rawValue, replyText: text.shortened(to: 255))),
        ]
    }

    private mutating func end(_ ending: ConnectionEnding) -> [ConnectionAction] {
        phase = .over
        return [.unset(.handshake), .unset(.heartbeat), .unset(.close), .dropTransport, .ended(ending)]
    }
}
