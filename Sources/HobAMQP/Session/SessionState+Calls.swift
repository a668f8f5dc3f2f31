#if AMQP
import HobAMQPCore
import HobPolicy

/// Channels and the calls on them.
extension SessionState {
    // MARK: Asked for

    func record(_ reference: ChannelReference) throws(AMQPError) {
        if channels[reference.number]?.id == reference.id { return }
        if let error = endedChannels[reference.id] { throw error }
        throw AMQPError(ChannelEnding.notOpen, channel: reference.number, of: settings.name)
    }

    /// Starts a call of the application, or keeps it until the connection stands again.
    mutating func request(_ what: DeferredCall.What, id: UInt64, _ record: CallRecord) {
        do throws(AMQPError) {
            if let refusal { throw refusal }
            try self.record(record.channel)
        } catch {
            return fail(record, id, error)
        }
        let call = DeferredCall(id: id, what: what, record: record)
        arm(record.deadline)
        if isUp { start(call) } else { deferred.append(call) }
    }

    mutating func start(_ call: DeferredCall) {
        let reference = call.record.channel
        do throws(AMQPError) {
            if let refusal { throw refusal }
            try record(reference)
        } catch {
            return fail(call.record, call.id, error)
        }
        if case .open = call.what, reference.number >= topologyNumber {
            let error = AMQPError(
                .channelClosed, "\(settings.name) allows channels to \(limits.channelMax) only; close one first")
            return fail(call.record, call.id, error)
        }
        calls[call.id] = call.record
        switch call.what {
        case .open: channelEvent(.open(ChannelTicket(call.id)), on: reference.number)
        case .call(let method): channelEvent(.call(renamed(method), ChannelTicket(call.id)), on: reference.number)
        case .subscribe(let tag):
            calls[call.id] = nil
            subscribe(tag, id: call.id, call.record)
        }
    }

    /// Queues that the server has named are asked for by the name they had at first.
    private func renamed(_ method: Method) -> Method {
        switch method {
        case .queue(.bind(let queue, let exchange, let key, let noWait, let arguments)):
            .queue(
                .bind(
                    queue: registry.currentName(queue), exchange: exchange, routingKey: key, noWait: noWait,
                    arguments: arguments))
        case .queue(.unbind(let queue, let exchange, let key, let arguments)):
            .queue(
                .unbind(
                    queue: registry.currentName(queue), exchange: exchange, routingKey: key, arguments: arguments))
        case .queue(.purge(let queue, let noWait)):
            .queue(.purge(queue: registry.currentName(queue), noWait: noWait))
        case .queue(.delete(let queue, let ifUnused, let ifEmpty, let noWait)):
            .queue(
                .delete(queue: registry.currentName(queue), ifUnused: ifUnused, ifEmpty: ifEmpty, noWait: noWait))
        case .queue(.declare(let queue, true, let durable, let exclusive, let autoDelete, let noWait, let arguments)):
            .queue(
                .declare(
                    queue: registry.currentName(queue), passive: true, durable: durable, exclusive: exclusive,
                    autoDelete: autoDelete, noWait: noWait, arguments: arguments))
        case .basic(.get(let queue, let noAck)): .basic(.get(queue: registry.currentName(queue), noAck: noAck))
        case .connection, .channel, .exchange, .queue, .basic, .confirm: method
        }
    }

    /// A call of our own.
    mutating func call(_ method: Method, on number: UInt16, _ purpose: CallRecord.Purpose) {
        let ticket = begin(purpose, on: number)
        channelEvent(.call(method, ticket), on: number)
    }

    mutating func open(_ number: UInt16, _ purpose: CallRecord.Purpose) {
        let ticket = begin(purpose, on: number)
        channelEvent(.open(ticket), on: number)
    }

    mutating func closeChannel(_ number: UInt16, _ purpose: CallRecord.Purpose) {
        let ticket = begin(purpose, on: number)
        channelEvent(.close(.success, "", ticket), on: number)
    }

    private mutating func begin(_ purpose: CallRecord.Purpose, on number: UInt16) -> ChannelTicket {
        let id = nextID()
        let deadline = Self.now() + settings.callTimeout
        let reference = ChannelReference(number: number, id: channels[number]?.id ?? 0)
        calls[id] = CallRecord(channel: reference, purpose: purpose, deadline: deadline)
        arm(deadline)
        // A step on a channel that has ended meanwhile has its answer already.
        if channels[number] == nil {
            calls[id] = nil
            if case .unsubscribe(let tag) = purpose { consumerEvent(.cancelled, of: tag) }
            failStep(purpose, .channelError, "channel \(number) has ended")
        }
        return ChannelTicket(id)
    }

    /// A number for a new channel of the application; nil when all are taken.
    mutating func newChannel(usesConfirms: Bool) -> ChannelReference? {
        var number: UInt16 = 1
        while number < topologyNumber, channels[number] != nil { number += 1 }
        guard number < topologyNumber else { return nil }
        let reference = ChannelReference(number: number, id: nextID())
        channels[number] = ChannelRecord(
            id: reference.id, usesConfirms: usesConfirms, largestBody: settings.largestBody)
        return reference
    }

    // MARK: Answered

    mutating func answered(_ ticket: ChannelTicket, _ reply: CallReply) {
        guard let call = calls.removeValue(forKey: ticket.number) else { return }
        switch call.purpose {
        case .caller(let continuation, let change):
            if let change { apply(change, reply) }
            effects.append(.resumeReply(continuation, .success(reply)))
        case .open(let continuation):
            channels[call.channel.number]?.hasOpened = true
            channels[call.channel.number]?.ledger.begin()
            guard channels[call.channel.number]?.usesConfirms == true else {
                channels[call.channel.number]?.isReady = true
                effects.append(.resumeReply(continuation, .success(reply)))
                return
            }
            // Under the same number, by which whoever waits may be cancelled.
            calls[ticket.number] = CallRecord(
                channel: call.channel, purpose: .confirms(continuation), deadline: call.deadline)
            channelEvent(.call(.confirm(.select()), ticket), on: call.channel.number)
        case .confirms(let continuation):
            channels[call.channel.number]?.isReady = true
            effects.append(.resumeReply(continuation, .success(reply)))
        case .close(let continuation): effects.append(.resumeReply(continuation, .success(reply)))
        case .subscribe(let tag, let continuation): subscribed(tag, reply, continuation)
        case .unsubscribe(let tag): consumerEvent(.cancelled, of: tag)
        case .redeclare(let tag): redeclared(tag, reply)
        case .step(let step): stepDone(step, reply)
        case .nothing: break
        }
    }

    private mutating func stepDone(_ step: RecoveryStep, _ reply: CallReply) {
        if case .channel(let number) = step { channels[number]?.ledger.begin() }
        if case .closeTopologyChannel = step { channels[topologyNumber] = nil }
        guard case .method(.queue(.declareOk(let name, _, _))) = reply else {
            return recoveryEvent(.stepDone(queue: nil))
        }
        recoveryEvent(.stepDone(queue: name))
    }

    private mutating func apply(_ change: TopologyChange, _ reply: CallReply) {
        switch change {
        case .declaredExchange(let exchange): registry.declared(exchange)
        case .declaredQueue(var queue):
            if case .method(.queue(.declareOk(let name, _, _))) = reply { queue.name = name }
            registry.declared(queue)
        case .bound(let binding): registry.bound(withNewName(binding))
        case .deletedExchange(let name): registry.deleted(exchange: name)
        case .deletedQueue(let name): registry.deleted(queue: name)
        case .unbound(let binding): registry.unbound(withNewName(binding))
        }
    }

    private func withNewName(_ binding: Binding) -> Binding {
        guard case .queue(let name) = binding.destination else { return binding }
        var binding = binding
        binding.destination = .queue(registry.currentName(name))
        return binding
    }

    mutating func failed(_ ticket: ChannelTicket, _ ending: ChannelEnding) {
        guard let call = calls.removeValue(forKey: ticket.number) else { return }
        switch (call.purpose, ending) {
        // The end of the connection is told by the connection.
        case (.step, .connection): return
        case (.step, .closedByServer(let code, let text, _, _)):
            if call.channel.number == topologyNumber { channels[topologyNumber] = nil }
            return failStep(call.purpose, code, text)
        case (.step, .closed), (.step, .notOpen): return failStep(call.purpose, .channelError, "\(ending)")
        case (.subscribe(_, nil), .connection): break
        case (.subscribe(let tag, nil), .closedByServer(let code, let text, _, _)):
            consumerEvent(.refused(ending), of: tag)
            if !recovery.isUp { refusedStep = (code, text) }
        case (.subscribe(let tag, nil), _):
            consumerEvent(.refused(ending), of: tag)
            if !recovery.isUp { recoveryEvent(.stepFailed(.channelError, "\(ending)")) }
        case (.caller, _), (.open, _), (.confirms, _), (.close, _), (.subscribe, _), (.unsubscribe, _),
            (.redeclare, _), (.nothing, _):
            fail(call, ticket.number, AMQPError(ending, channel: call.channel.number, of: settings.name))
        }
    }

    mutating func failStep(_ purpose: CallRecord.Purpose, _ code: AMQPReplyCode, _ text: String) {
        guard case .step = purpose else { return }
        recoveryEvent(.stepFailed(code, text))
    }

    /// Tells whoever waits.
    mutating func fail(_ call: CallRecord, _ id: UInt64, _ error: AMQPError) {
        switch call.purpose {
        case .caller(let continuation, _), .close(let continuation):
            effects.append(.resumeReply(continuation, .failure(error)))
        case .open(let continuation), .confirms(let continuation):
            endChannel(call.channel.number, id: call.channel.id, error)
            effects.append(.resumeReply(continuation, .failure(error)))
        case .subscribe(let tag, let continuation):
            guard let continuation else { return }
            letGo(tag)
            effects.append(.resumeReply(continuation, .failure(error)))
        case .unsubscribe(let tag): consumerEvent(.cancelled, of: tag)
        case .redeclare(let tag): set(.resubscribe(tag), after: .seconds(1))
        case .step, .nothing: break
        }
    }
}
#endif
