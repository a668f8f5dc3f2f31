#if AMQP
import HobAMQPCore
import HobPolicy
import Logging

/// The consumer machines' side.
extension SessionState {
    mutating func consumerEvent(_ event: ConsumerEvent, of tag: String) {
        guard let actions = consumers[tag]?.machine.handle(event, using: &generator) else { return }
        for action in actions { perform(action, of: tag) }
    }

    private mutating func perform(_ action: ConsumerAction, of tag: String) {
        switch action {
        case .consume: consume(tag, nil)
        case .cancel:
            guard let consumer = consumers[tag] else { return }
            call(.basic(.cancel(consumerTag: tag)), on: consumer.channel.number, .unsubscribe(tag))
        case .resubscribe(let delay): set(.resubscribe(tag), after: delay)
        // The message is put into the buffer where it is at hand.
        case .push: break
        case .requeueBuffered: requeueBuffered(tag)
        case .dropBuffered: consumers[tag]?.buffer.removeAll()
        case .pauseReading: pause(tag, true)
        case .resumeReading: pause(tag, false)
        case .finish(let ending): finished(tag, ending)
        }
    }

    private mutating func finished(_ tag: String, _ ending: ConsumerEnding) {
        guard let consumer = consumers[tag] else { return }
        switch ending {
        case .cancelled: endConsumer(tag, .success(()))
        case .cancelledByServer:
            endConsumer(
                tag,
                .failure(
                    AMQPError(
                        .consumerCancelled,
                        "the broker has ended consumer '\(tag)': queue '\(consumer.queue)' may have been deleted")))
        case .channel(let ending):
            endConsumer(
                tag, .failure(AMQPError(ending, channel: consumer.channel.number, of: settings.name)))
        }
    }

    private mutating func pause(_ tag: String, _ isOn: Bool) {
        let before = pausedConsumers.isEmpty
        if isOn { pausedConsumers.insert(tag) } else { pausedConsumers.remove(tag) }
        guard before != pausedConsumers.isEmpty, let transport else { return }
        effects.append(.read(transport))
    }

    private mutating func requeueBuffered(_ tag: String) {
        guard let noAck = consumers[tag]?.noAck, let number = consumers[tag]?.channel.number else { return }
        while let message = consumers[tag]?.buffer.popFirst() {
            guard !noAck else { continue }
            _ = settle(
                .nack(deliveryTag: message.tag, requeue: true), tag: message.tag, multiple: false,
                generation: message.generation, number: number)
        }
    }

    // MARK: Subscribing

    /// The application's call, when the connection stands.
    mutating func subscribe(_ tag: String, id: UInt64, _ record: CallRecord) {
        guard case .subscribe(_, let continuation?) = record.purpose else { return }
        guard consumers[tag]?.machine.handle(.subscribe, using: &generator).first == .consume else {
            return fail(record, id, AMQPError(.channelClosed, "consumer '\(tag)' was cancelled before it began"))
        }
        consume(tag, (id, continuation, record.deadline))
    }

    private mutating func consume(
        _ tag: String,
        _ caller: (id: UInt64, continuation: CheckedContinuation<CallReply, any Error>, deadline: MonotonicInstant)?
    ) {
        guard let consumer = consumers[tag] else { return }
        consumer.hasBegun = true
        let number = consumer.channel.number
        if !consumer.noAck {
            channels[number]?.prefetch = consumer.prefetch
            call(.basic(.qos(prefetchCount: consumer.prefetch)), on: number, .nothing)
        }
        let method = Method.basic(
            .consume(
                queue: registry.currentName(consumer.queue), consumerTag: tag, noAck: consumer.noAck,
                exclusive: consumer.isExclusive, arguments: consumer.arguments))
        guard let caller else { return call(method, on: number, .subscribe(tag, nil)) }
        calls[caller.id] = CallRecord(
            channel: consumer.channel, purpose: .subscribe(tag, caller.continuation), deadline: caller.deadline)
        channelEvent(.call(method, ChannelTicket(caller.id)), on: number)
    }

    mutating func subscribed(
        _ tag: String, _ reply: CallReply, _ continuation: CheckedContinuation<CallReply, any Error>?
    ) {
        if let consumer = consumers[tag] { registry.consuming(tag, queue: consumer.queue) }
        consumerEvent(.subscribed, of: tag)
        if let continuation { effects.append(.resumeReply(continuation, .success(reply))) }
        // Part of a recovery, unless the recovery is over.
        if continuation == nil, !recovery.isUp { recoveryEvent(.stepDone(queue: nil)) }
    }

    mutating func cancelledByServer(_ tag: String, on number: UInt16) {
        guard consumers[tag]?.channel.number == number else { return }
        effects.append(.log(.warning, "the broker has ended consumer \(tag)"))
        consumerEvent(.cancelledByServer, of: tag)
    }

    /// The time to ask again has come: the queue is declared first, if it is one of ours.
    mutating func resubscribe(_ tag: String) {
        guard let consumer = consumers[tag], consumer.ending == nil, isUp else { return }
        guard let queue = registry.queue(consumer.queue) else { return consumerEvent(.expired, of: tag) }
        call(queue.method, on: consumer.channel.number, .redeclare(tag))
    }

    mutating func redeclared(_ tag: String, _ reply: CallReply) {
        if let consumer = consumers[tag], case .method(.queue(.declareOk(let name, _, _))) = reply {
            registry.rename(registry.currentName(consumer.queue), to: name)
            for step in registry.steps {
                guard case .binding(let binding) = step, binding.destination == .queue(name) else { continue }
                call(binding.method, on: consumer.channel.number, .nothing)
            }
        }
        consumerEvent(.expired, of: tag)
    }

    // MARK: Messages

    mutating func delivered(_ content: ContentAssembly.Content, on number: UInt16) {
        guard case .basic(.deliver(let tag, let deliveryTag, _, _, _)) = content.method else { return }
        traffic.delivered &+= 1
        let generation = channels[number]?.ledger.generation ?? 0
        // Only what is asked for is copied: a record held here would have its buffer copied when that grows.
        let isKnown = consumers[tag]?.channel.number == number
        guard isKnown, consumers[tag]?.ending == nil, let noAck = consumers[tag]?.noAck else {
            // Nobody takes it; the broker gives the message to somebody else.
            if !isKnown || consumers[tag]?.noAck == false {
                write(.basic(.nack(deliveryTag: deliveryTag, requeue: true)), on: number)
            }
            return
        }
        if !noAck {
            do {
                try channels[number]?.ledger.delivered(deliveryTag)
            } catch {
                return connectionEvent(.violated(error))
            }
        }
        guard let message = ReceivedMessage(content, generation: generation),
            let actions = consumers[tag]?.machine.handle(.delivered, using: &generator)
        else { return }
        for action in actions {
            if action == .push { push(message, to: tag) } else { perform(action, of: tag) }
        }
    }

    private mutating func push(_ message: ReceivedMessage, to tag: String) {
        guard consumers[tag]?.waiters.isEmpty == false, let waiter = consumers[tag]?.waiters.removeFirst() else {
            consumers[tag]?.buffer.append(message)
            return
        }
        effects.append(.resumeDelivery(waiter.continuation, .success(message)))
        consumerEvent(.taken, of: tag)
    }

    /// What is at hand for the application: a message, the end, or nothing yet.
    mutating func take(_ tag: String) throws(AMQPError) -> Taken {
        if let message = consumers[tag]?.buffer.popFirst() {
            consumerEvent(.taken, of: tag)
            return .message(message)
        }
        guard let ending = consumers[tag]?.ending else { return consumers[tag] == nil ? .end : .nothing }
        switch ending {
        case .success: return .end
        case .failure(let error): throw error
        }
    }

    enum Taken: Sendable {
        case message(ReceivedMessage)
        case nothing
        case end
    }

    /// The application holds it no more: it is forgotten when the broker has said that nothing more comes for it.
    mutating func letGo(_ tag: String) {
        guard let consumer = consumers[tag] else { return }
        consumer.isDropped = true
        consumerEvent(.cancel, of: tag)
        if consumer.ending != nil { consumers[tag] = nil }
    }

    mutating func endConsumer(_ tag: String, _ ending: Result<Void, AMQPError>) {
        guard consumers[tag] != nil, consumers[tag]?.ending == nil else { return }
        consumers[tag]?.ending = ending
        pause(tag, false)
        unset(.resubscribe(tag))
        if case .live = phase { registry.cancelled(tag) }
        let waiters = consumers[tag]?.waiters ?? []
        consumers[tag]?.waiters = []
        for waiter in waiters {
            effects.append(.resumeDelivery(waiter.continuation, ending.map { nil }))
        }
        if consumers[tag]?.isDropped == true { consumers[tag] = nil }
    }
}
#endif
