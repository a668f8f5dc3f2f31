#if AMQP
import HobAMQPCore
import HobPolicy
import Logging

/// The recovery machine's side: hosts, rounds, and what is made again.
extension SessionState {
    mutating func recoveryEvent(_ event: RecoveryEvent) {
        for action in recovery.handle(event, at: Self.now()) { perform(action) }
    }

    mutating func perform(_ action: RecoveryAction) {
        switch action {
        case .connect(let host): connect(host)
        case .wait(let delay): set(.recovery, after: delay)
        case .stopWaiting: unset(.recovery)
        case .perform(let step): perform(step)
        case .rename(let old, let new):
            registry.rename(old, to: new)
            effects.append(.log(.info, "queue \(old) is called \(new) now"))
        case .report(let step, let code, let text): report(step, code, text)
        case .restored(let isFirst): restored(isFirst: isFirst)
        case .gaveUp(let ending): finish(AMQPError(ending, of: settings.name))
        }
    }

    private mutating func connect(_ index: Int) {
        epoch += 1
        connection = ConnectionMachine(settings.plan)
        decoder = FrameDecoder()
        // Channels have numbers that the broker allowed last time.
        let highest = limits.channelMax
        limits = settings.plan.limits.unanswered
        limits.channelMax = min(limits.channelMax, highest)
        out.removeAll()
        isFlushScheduled = false
        transport = nil
        set(.attempt, after: settings.connectionTimeout)
        effects.append(.connect(settings.hosts[index], epoch: epoch))
    }

    func stepsOfRecovery() -> [RecoveryStep] {
        var steps: [RecoveryStep] = []
        for number in channels.keys.sorted() {
            guard let record = channels[number], record.hasOpened else { continue }
            steps.append(.channel(number))
            if record.usesConfirms { steps.append(.confirms(number)) }
            if record.prefetch != nil { steps.append(.prefetch(number)) }
        }
        if !registry.isEmpty { steps += [.topologyChannel] + registry.steps + [.closeTopologyChannel] }
        for (tag, consumer) in consumers.sorted(by: { $0.key < $1.key })
        where consumer.hasBegun && consumer.machine.awaitsChannel {
            steps.append(
                .consumer(channel: consumer.channel.number, tag: tag, queue: registry.currentName(consumer.queue)))
        }
        return steps
    }

    private mutating func perform(_ step: RecoveryStep) {
        switch step {
        case .channel(let number):
            guard number < topologyNumber else {
                return recoveryEvent(.stepFailed(.notAllowed, "the broker allows channels to \(limits.channelMax)"))
            }
            open(number, .step(step))
        case .confirms(let number): call(.confirm(.select()), on: number, .step(step))
        case .prefetch(let number):
            call(.basic(.qos(prefetchCount: channels[number]?.prefetch ?? 0)), on: number, .step(step))
        case .topologyChannel:
            channels[topologyNumber] = ChannelRecord(id: 0, usesConfirms: false, largestBody: 0)
            open(topologyNumber, .step(step))
        case .exchange(let exchange): call(exchange.method, on: topologyNumber, .step(step))
        case .queue(let queue): call(queue.method, on: topologyNumber, .step(step))
        case .binding(let binding): call(binding.method, on: topologyNumber, .step(step))
        case .closeTopologyChannel: closeChannel(topologyNumber, .step(step))
        case .consumer(_, let tag, _):
            guard consumers[tag]?.ending == nil, consumers[tag] != nil else {
                return recoveryEvent(.stepDone(queue: nil))
            }
            consumerEvent(.subscribe, of: tag)
        }
    }

    private mutating func report(_ step: RecoveryStep, _ code: AMQPReplyCode, _ text: String) {
        effects.append(.log(.error, "\(step) could not be made again: \(code), \(text)"))
        let error = AMQPError(
            .channelClosed, "\(step) could not be made again on \(settings.name): \(code), \(text)", replyCode: code)
        switch step {
        case .channel(let number), .confirms(let number), .prefetch(let number): endChannel(number, error)
        case .consumer(_, let tag, _): endConsumer(tag, .failure(error))
        case .topologyChannel, .exchange, .queue, .binding, .closeTopologyChannel: break
        }
    }

    private mutating func restored(isFirst: Bool) {
        if !isFirst { traffic.recoveries += 1 }
        troubles = []
        enter(blockedReason.map { .blocked(reason: $0) } ?? .connected)
        for waiter in startWaiters.values { effects.append(.resume(waiter, nil)) }
        startWaiters = [:]
        for number in channels.keys.sorted() where channels[number]?.machine.isOpen == true {
            channels[number]?.isReady = true
            sendUnsent(on: number)
        }
        let waiting = deferred
        deferred = []
        for call in waiting { start(call) }
        if case .draining = phase { closeWhenDrained() }
    }
}
#endif
