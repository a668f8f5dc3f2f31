/// A channel, decided: events in, actions out, nothing done.
///
///     closed ─open→ opening ─open-ok→ open ─close→ closing ─close-ok→ closed
///                      └── close from the server, connection ended ──→ closed
///
/// One call at a time is outstanding; the others wait in a queue, and the answers come in its order. Deliveries,
/// returns and confirms come in between.
package struct ChannelMachine: Sendable {
    enum Phase: Hashable, Sendable {
        case closed
        case opening(ChannelTicket)
        case open
        case closing(ChannelTicket)
    }

    private struct Call: Sendable {
        var method: Method
        var ticket: ChannelTicket
        var isAbandoned = false
    }

    var phase = Phase.closed
    private var outstanding: Call?
    private var waiting = RingQueue<Call>()

    /// A channel that is not open.
    package init() {}

    /// Whether it may be used.
    package var isOpen: Bool { phase == .open }
    /// Whether its number is free.
    package var isClosed: Bool { phase == .closed }

    /// Takes an event and answers what is to be done, in this order.
    package mutating func handle(_ event: ChannelEvent) -> [ChannelAction] {
        switch event {
        case .open(let ticket): return open(ticket)
        case .call(let method, let ticket): return call(method, ticket)
        case .abandon(let ticket): return abandon(ticket)
        case .close(let code, let text, let ticket): return close(code, text, ticket)
        case .connectionEnded(let ending): return end(.connection(ending))
        case .received(let method): return receive(method)
        case .receivedContent(let content): return receive(content)
        }
    }

    // MARK: What the application asks for

    private mutating func open(_ ticket: ChannelTicket) -> [ChannelAction] {
        guard phase == .closed else { return [.fail(ticket, .notOpen)] }
        phase = .opening(ticket)
        return [.send(.channel(.open))]
    }

    private mutating func call(_ method: Method, _ ticket: ChannelTicket) -> [ChannelAction] {
        guard phase == .open else { return [.fail(ticket, .notOpen)] }
        let call = Call(method: method, ticket: ticket)
        guard outstanding == nil else {
            waiting.append(call)
            return []
        }
        outstanding = call
        return [.send(method)]
    }

    private mutating func abandon(_ ticket: ChannelTicket) -> [ChannelAction] {
        if outstanding?.ticket == ticket {
            outstanding?.isAbandoned = true
            return []
        }
        // What has not been sent is never sent.
        var kept = RingQueue<Call>()
        for index in 0..<waiting.count where waiting[index].ticket != ticket { kept.append(waiting[index]) }
        waiting = kept
        return []
    }

    private mutating func close(
        _ code: AMQPReplyCode, _ text: String, _ ticket: ChannelTicket
    ) -> [ChannelAction] {
        guard phase == .open else { return [.fail(ticket, .notOpen)] }
        phase = .closing(ticket)
        return failCalls(.closed)
            + [.send(.channel(.close(replyCode: code.rawValue, replyText: text.shortened(to: 255))))]
    }

    private mutating func failCalls(_ ending: ChannelEnding) -> [ChannelAction] {
        var actions: [ChannelAction] = []
        if let call = outstanding, !call.isAbandoned { actions.append(.fail(call.ticket, ending)) }
        outstanding = nil
        while let call = waiting.popFirst() { actions.append(.fail(call.ticket, ending)) }
        return actions
    }

    private mutating func end(_ ending: ChannelEnding) -> [ChannelAction] {
        let before = phase
        phase = .closed
        switch before {
        case .closed: return []
        case .opening(let ticket): return [.fail(ticket, ending), .ended(ending)]
        case .open: return failCalls(ending) + [.ended(ending)]
        // It was to be closed, and closed it is.
        case .closing(let ticket): return [.reply(ticket, .channel(.closeOk)), .ended(.closed)]
        }
    }

    // MARK: What the server sends

    private mutating func receive(_ method: Method) -> [ChannelAction] {
        switch phase {
        case .closed:
            return [.violate(AMQPProtocolError(.channelError, "\(method.name) on a channel that is not open"))]
        case .opening(let ticket):
            switch method {
            case .channel(.openOk):
                phase = .open
                return [.reply(ticket, method)]
            case .channel(.close(let code, let text, let classID, let methodID)):
                return closedByServer(code, text, classID, methodID)
            case .connection, .channel, .exchange, .queue, .basic, .confirm: return unexpected(method)
            }
        case .open: return whileOpen(method)
        case .closing:
            switch method {
            case .channel(.closeOk): return end(.closed)
            // Both sides at once: each answers the other.
            case .channel(.close): return [.send(.channel(.closeOk))]
            // What was on its way.
            case .connection, .channel, .exchange, .queue, .basic, .confirm: return []
            }
        }
    }

    private func unexpected(_ method: Method) -> [ChannelAction] {
        [.violate(AMQPProtocolError(.commandInvalid, "\(method.name) may not come now"))]
    }

    private mutating func closedByServer(
        _ code: UInt16, _ text: String, _ classID: UInt16, _ methodID: UInt16
    ) -> [ChannelAction] {
        let ending = ChannelEnding.closedByServer(
            AMQPReplyCode(rawValue: code), text, classID: classID, methodID: methodID)
        return [.send(.channel(.closeOk))] + end(ending)
    }

    private mutating func whileOpen(_ method: Method) -> [ChannelAction] {
        switch method {
        case .basic(.ack(let tag, let multiple)):
            return [.confirmed(tag: tag, multiple: multiple, isTaken: true)]
        case .basic(.nack(let tag, let multiple, _)):
            return [.confirmed(tag: tag, multiple: multiple, isTaken: false)]
        case .basic(.cancel(let tag, let noWait)):
            let answer: [ChannelAction] = noWait ? [] : [.send(.basic(.cancelOk(consumerTag: tag)))]
            return answer + [.consumerCancelled(tag)]
        case .channel(.flow(let active)):
            return [.send(.channel(.flowOk(active: active))), .flow(isActive: active)]
        case .channel(.close(let code, let text, let classID, let methodID)):
            return closedByServer(code, text, classID, methodID)
        case .connection, .channel, .exchange, .queue, .basic, .confirm:
            return answer(method)
        }
    }

    private mutating func answer(_ method: Method) -> [ChannelAction] {
        guard let call = outstanding, method.answers(call.method) else { return unexpected(method) }
        let reply: [ChannelAction] = call.isAbandoned ? [] : [.reply(call.ticket, method)]
        return reply + next()
    }

    private mutating func next() -> [ChannelAction] {
        outstanding = waiting.popFirst()
        return outstanding.map { [.send($0.method)] } ?? []
    }

    private mutating func receive(_ content: ContentAssembly.Content) -> [ChannelAction] {
        switch phase {
        case .closing: return []
        case .closed, .opening:
            return [.violate(AMQPProtocolError(.channelError, "\(content.method.name) on a channel that is not open"))]
        case .open:
            switch content.method {
            case .basic(.deliver): return [.deliver(content)]
            case .basic(.return): return [.returned(content)]
            case .basic(.getOk):
                guard let call = outstanding, content.method.answers(call.method) else {
                    return unexpected(content.method)
                }
                var needsAck = true
                if case .basic(.get(_, true)) = call.method { needsAck = false }
                // A message that nobody waits for any longer has to go back all the same.
                guard needsAck || !call.isAbandoned else { return next() }
                return [.replyContent(call.ticket, content, needsAck: needsAck)] + next()
            case .connection, .channel, .exchange, .queue, .basic, .confirm: return unexpected(content.method)
            }
        }
    }
}
