#if AMQP
import HobAMQPCore
import HobPolicy
import Logging

/// The channel machines' side.
extension SessionState {
    mutating func channelEvent(_ event: ChannelEvent, on number: UInt16) {
        guard let actions = channels[number]?.machine.handle(event) else { return }
        for action in actions { perform(action, on: number) }
    }

    private mutating func perform(_ action: ChannelAction, on number: UInt16) {
        switch action {
        case .send(let method):
            writePendingAcks(on: number)
            write(method, on: number)
        case .reply(let ticket, let method):
            answered(ticket, .method(method))
            closeIfOrphan(number)
        case .replyContent(let ticket, let content, let needsAck):
            answeredContent(ticket, content, needsAck: needsAck, on: number)
        case .fail(let ticket, let ending): failed(ticket, ending)
        case .deliver(let content): delivered(content, on: number)
        case .returned(let content): returned(content, on: number)
        case .confirmed(let tag, let multiple, let isTaken):
            confirmed(tag, multiple: multiple, isTaken: isTaken, on: number)
        case .consumerCancelled(let tag): cancelledByServer(tag, on: number)
        case .flow(let isActive):
            channels[number]?.flowIsActive = isActive
            if isActive { sendUnsent(on: number) }
        case .ended(let ending):
            channelEnded(number, ending)
            guard let refused = refusedStep else { return }
            refusedStep = nil
            recoveryEvent(.stepFailed(refused.code, refused.text))
        case .violate(let error): connectionEvent(.violated(error))
        }
    }

    private mutating func answeredContent(
        _ ticket: ChannelTicket, _ content: ContentAssembly.Content, needsAck: Bool, on number: UInt16
    ) {
        traffic.delivered &+= 1
        guard case .basic(.getOk(let tag, _, _, _, _)) = content.method else { return }
        do {
            if needsAck { try channels[number]?.ledger.delivered(tag) }
        } catch {
            return connectionEvent(.violated(error))
        }
        guard calls[ticket.number] != nil || !needsAck else {
            // Nobody waits for it any longer: back to the queue.
            _ = settle(
                .nack(deliveryTag: tag, requeue: true), tag: tag, multiple: false,
                generation: channels[number]?.ledger.generation ?? 0, number: number)
            return
        }
        answered(ticket, .content(content, generation: channels[number]?.ledger.generation ?? 0))
    }

    private mutating func channelEnded(_ number: UInt16, _ ending: ChannelEnding) {
        channels[number]?.isReady = false
        switch ending {
        // Told by the connection, for all channels.
        case .connection: break
        case .closed, .closedByServer, .notOpen:
            guard channels[number]?.id != 0 else {
                if number != topologyNumber { channels[number] = nil }
                return
            }
            if case .closedByServer = ending {
                effects.append(.log(.warning, "channel \(number) \(ending)"))
            }
            endChannel(number, AMQPError(ending, channel: number, of: settings.name), ending)
        }
    }

    /// The connection has gone; whether the channel comes back is the recovery's.
    mutating func connectionLost(on number: UInt16, _ ending: ConnectionEnding) {
        guard channels[number]?.id != 0 else {
            channels[number] = nil
            return
        }
        channels[number]?.isReady = false
        channels[number]?.flowIsActive = true
        channels[number]?.pendingAcks = []
        channels[number]?.assembly = ContentAssembly(limit: settings.largestBody)
        // A channel that was closing when the connection went is closed.
        let returns = settings.recovery.recovers && refusal == nil
        for (tag, consumer) in consumers where consumer.channel.number == number {
            consumerEvent(.channelEnded(.connection(ending), returns: returns), of: tag)
        }
        switch settings.recovery.unconfirmed {
        case .republish where returns: channels[number]?.confirms.restart()
        case .republish, .fail:
            let lost = channels[number]?.confirms.removeAll() ?? []
            let error = AMQPError(ending, of: settings.name)
            for (_, outgoing) in lost { complete(outgoing, error) }
        }
    }

    /// A channel that nobody holds any more, whose opening the broker has only now answered.
    private mutating func closeIfOrphan(_ number: UInt16) {
        guard number != topologyNumber, channels[number]?.id == 0, channels[number]?.machine.isOpen == true
        else { return }
        closeChannel(number, .nothing)
    }

    /// Ends a channel of the application for good. Its number is free when the broker says so.
    mutating func endChannel(
        _ number: UInt16, id: UInt64? = nil, _ error: AMQPError, _ ending: ChannelEnding = .notOpen
    ) {
        guard let record = channels[number], id == nil || record.id == id else { return }
        // Its close is under way already, and the broker's last words on it are awaited.
        if record.id == 0, connection.isOpen, !record.machine.isClosed, number != topologyNumber { return }
        // What was acknowledged counts.
        if connection.isOpen, record.machine.isOpen { writePendingAcks(on: number) }
        if record.id != 0 { endedChannels[record.id] = error }
        for (tag, consumer) in consumers where consumer.channel.id == record.id && record.id != 0 {
            consumerEvent(.channelEnded(ending, returns: false), of: tag)
            endConsumer(tag, ending == .closed ? .success(()) : .failure(error))
        }
        let lost = channels[number]?.confirms.removeAll() ?? []
        channels[number] = nil
        for (_, outgoing) in lost { complete(outgoing, error) }
        if connection.isOpen, !record.machine.isClosed, record.id != 0 {
            let orphan = ChannelRecord(id: 0, usesConfirms: false, largestBody: settings.largestBody)
            orphan.machine = record.machine
            orphan.assembly = record.assembly
            channels[number] = orphan
            closeIfOrphan(number)
        }
        // Calls that wait for the connection to come back.
        let waiting = deferred.filter { $0.record.channel.id == record.id }
        deferred.removeAll { $0.record.channel.id == record.id }
        for call in waiting { fail(call.record, call.id, error) }
    }
}
#endif
