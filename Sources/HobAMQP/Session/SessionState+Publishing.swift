#if AMQP
import HobAMQPCore
import HobPolicy
import Logging

/// Messages on their way out.
extension SessionState {
    /// More than this is not written ahead of the socket: after a long outage thousands of messages wait, and heartbeats,
    /// answers and other channels must not wait for all of them.
    private static let mostAhead = 1 << 20

    private func mayPublish(on number: UInt16) -> Bool {
        isUp && blockedReason == nil && channels[number]?.mayPublish == true
    }

    /// Sends a message, or keeps it until it may be sent. What cannot be said in the protocol is refused at once.
    mutating func publish(_ outgoing: Outgoing, on reference: ChannelReference) throws(AMQPError) {
        if let refusal { throw refusal }
        try record(reference)
        let number = reference.number
        if settings.recovery.unconfirmed == .fail, !isUp {
            throw AMQPError(.connectionLost, "the connection to \(settings.name) is \(state)")
        }
        var outgoing = outgoing
        if outgoing.message.properties.messageID == nil {
            outgoing.message.properties.messageID = idPrefix + String(nextID(), radix: 36)
        }
        do throws(AMQPProtocolError) {
            if mayPublish(on: number), channels[number]?.confirms.hasUnsent == false, out.count < Self.mostAhead {
                try write(outgoing, on: number)
                _ = channels[number]?.confirms.append(outgoing)
                _ = channels[number]?.confirms.takeUnsent()
            } else {
                var scratch = ByteWriter()
                try scratch.contentFrames(
                    outgoing.method, properties: outgoing.message.properties, body: [], channel: number,
                    frameMax: limits.frameMax)
                _ = channels[number]?.confirms.append(outgoing)
                sendUnsent(on: number)
            }
        } catch {
            throw AMQPError(error)
        }
        arm(outgoing.deadline)
    }

    /// Sends without confirm: when it is written, the broker may have it.
    mutating func publishUnconfirmed(_ outgoing: Outgoing, on reference: ChannelReference) throws(AMQPError) {
        if let refusal { throw refusal }
        try record(reference)
        guard mayPublish(on: reference.number) else {
            throw AMQPError(.connectionLost, "the connection to \(settings.name) is \(state)")
        }
        do throws(AMQPProtocolError) {
            try write(outgoing, on: reference.number)
        } catch {
            throw AMQPError(error)
        }
    }

    private mutating func write(_ outgoing: Outgoing, on number: UInt16) throws(AMQPProtocolError) {
        try out.contentFrames(
            outgoing.method, properties: outgoing.message.properties, body: outgoing.message.body, channel: number,
            frameMax: limits.frameMax)
        traffic.published &+= 1
    }

    /// The socket has taken what was written.
    mutating func sendHeldBack() {
        guard !heldBack.isEmpty else { return }
        let numbers = heldBack
        heldBack = []
        for number in numbers { sendUnsent(on: number) }
    }

    mutating func sendUnsent(on number: UInt16) {
        while mayPublish(on: number), let outgoing = channels[number]?.confirms.nextUnsent() {
            guard out.count < Self.mostAhead else {
                // Behind the others that wait: each gets its turn.
                if !heldBack.contains(number) { heldBack.append(number) }
                return
            }
            do throws(AMQPProtocolError) {
                try write(outgoing, on: number)
                _ = channels[number]?.confirms.takeUnsent()
            } catch {
                // It fitted before; this broker's frames are smaller.
                channels[number]?.confirms.dropUnsent()
                complete(outgoing, AMQPError(error))
            }
        }
    }

    mutating func confirmed(_ tag: UInt64, multiple: Bool, isTaken: Bool, on number: UInt16) {
        var settled = settledScratch
        settledScratch = []
        do {
            try channels[number]?.confirms.settle(tag: tag, multiple: multiple, isTaken: isTaken, into: &settled)
        } catch {
            connectionEvent(.violated(error))
        }
        for one in settled {
            let error: AMQPError?
            switch one.outcome {
            case .taken:
                traffic.confirmed &+= 1
                error = nil
            case .refused:
                traffic.notTaken &+= 1
                error = AMQPError(
                    .notTaken,
                    "the broker could not take the message to exchange '\(one.message.exchange)' with routing key "
                        + "'\(one.message.routingKey)'; publish it again later")
            case .returned(let code, let text):
                traffic.returned &+= 1
                error = AMQPError(
                    .returned,
                    "no queue took the message to exchange '\(one.message.exchange)' with routing key "
                        + "'\(one.message.routingKey)': \(code), \(text)", replyCode: code)
            }
            if !one.isAbandoned { complete(one.message, error) }
        }
        settled.removeAll(keepingCapacity: true)
        settledScratch = settled
        if case .draining = phase { closeWhenDrained() }
    }

    mutating func returned(_ content: ContentAssembly.Content, on number: UInt16) {
        guard case .basic(.return(let code, let text, let exchange, let routingKey)) = content.method else { return }
        let id = content.properties.messageID
        let isOurs = channels[number]?.confirms.returned(AMQPReplyCode(rawValue: code), text) {
            $0.isMandatory && $0.message.properties.messageID == id && $0.exchange == exchange
                && $0.routingKey == routingKey
        }
        if isOurs != true {
            traffic.returned &+= 1
            effects.append(
                .log(.warning, "a message to exchange '\(exchange)' with key '\(routingKey)' came back: \(text)"))
        }
    }

    mutating func complete(_ outgoing: Outgoing, _ error: AMQPError?) {
        switch outgoing.completion {
        case .caller(let continuation): effects.append(.resume(continuation, error))
        case .pipeline(let id): completeInPipeline(id, error)
        case .handler(let handler): effects.append(.call(handler, error))
        }
    }

    // MARK: Pipelines

    private mutating func completeInPipeline(_ id: UInt64, _ error: AMQPError?) {
        guard let pipeline = pipelines[id] else { return }
        pipeline.inFlight -= 1
        if let error {
            pipeline.failures += 1
            if pipeline.firstError == nil { pipeline.firstError = error }
        }
        for waiter in pipeline.takeReady() { effects.append(.resume(waiter.continuation, nil)) }
    }

    mutating func failPipeline(_ id: UInt64, _ error: AMQPError) {
        guard let pipeline = pipelines[id] else { return }
        for waiter in pipeline.waitingForSpace + pipeline.waitingForAll {
            effects.append(.resume(waiter.continuation, error))
        }
        pipeline.waitingForSpace = []
        pipeline.waitingForAll = []
    }
}
#endif
