#if AMQP
import HobAMQPCore
import HobPolicy

/// Who has waited too long, and who does not want to wait any longer.
///
/// There is one timer, at the earliest deadline of all; who comes later with the same patience costs nothing. Where very
/// many wait, looking through them takes its time, and then they are looked through less often: being a little late is
/// better than doing nothing else.
extension SessionState {
    private static let shareOfSweeps = 20

    mutating func arm(_ deadline: MonotonicInstant) {
        if let sweepAt, sweepAt <= deadline { return }
        sweepAt = deadline
        set(.sweep, after: max(.milliseconds(1), deadline - Self.now()))
    }

    mutating func sweep() {
        let now = Self.now()
        sweepAt = nil
        var next: MonotonicInstant?
        func keep(_ deadline: MonotonicInstant) { next = next.map { min($0, deadline) } ?? deadline }

        for (id, call) in calls.sorted(by: { $0.key < $1.key }) {
            guard call.deadline <= now else {
                keep(call.deadline)
                continue
            }
            expire(call, id)
        }
        let late = deferred.filter { $0.record.deadline <= now }
        deferred.removeAll { $0.record.deadline <= now }
        for call in deferred { keep(call.record.deadline) }
        for call in late {
            fail(call.record, call.id, timeout("the connection to \(settings.name) is \(state)"))
        }
        for number in channels.keys.sorted() {
            let late = channels[number]?.confirms.abandon { outgoing in
                if outgoing.deadline <= now { return true }
                keep(outgoing.deadline)
                return false
            }
            for outgoing in late ?? [] {
                complete(outgoing, timeout("the broker has not confirmed the message; it may have it"))
            }
        }
        for id in pipelines.keys.sorted() {
            let waiters = (pipelines[id]?.waitingForSpace ?? []) + (pipelines[id]?.waitingForAll ?? [])
            for waiter in waiters {
                if waiter.deadline > now {
                    keep(waiter.deadline)
                } else {
                    pipelines[id]?.waitingForSpace.removeAll { $0.id == waiter.id }
                    pipelines[id]?.waitingForAll.removeAll { $0.id == waiter.id }
                    effects.append(.resume(waiter.continuation, timeout("the broker confirms too slowly")))
                }
            }
        }
        for waiter in spaceWaiters {
            guard waiter.deadline <= now else {
                keep(waiter.deadline)
                continue
            }
            spaceWaiters.removeAll { $0.id == waiter.id }
            effects.append(.resume(waiter.continuation, timeout("the broker reads too slowly")))
        }
        for waiter in secretWaiters {
            guard waiter.deadline <= now else {
                keep(waiter.deadline)
                continue
            }
            secretWaiters.removeAll { $0.id == waiter.id }
            effects.append(.resume(waiter.continuation, timeout("the broker has not taken the new secret")))
        }
        let end = Self.now()
        if let next { arm(max(next, end + (end - now) * Self.shareOfSweeps)) }
    }

    private func timeout(_ text: String) -> AMQPError { AMQPError(.timedOut, text) }

    private mutating func expire(_ call: CallRecord, _ id: UInt64) {
        calls[id] = nil
        channelEvent(.abandon(ChannelTicket(id)), on: call.channel.number)
        switch call.purpose {
        // A broker that does not answer while things are made again is no broker.
        case .step(let step):
            connectionEvent(
                .violated(AMQPProtocolError(.internalError, "\(step) was not answered in \(settings.callTimeout)")))
        case .subscribe(let tag, nil) where !recovery.isUp:
            connectionEvent(
                .violated(
                    AMQPProtocolError(
                        .internalError, "consumer '\(tag)' was not made again in \(settings.callTimeout)")))
        case .subscribe(let tag, nil):
            consumerEvent(.refused(.notOpen), of: tag)
            // The broker may have it all the same; its messages would wander in a circle.
            self.call(.basic(.cancel(consumerTag: tag)), on: call.channel.number, .nothing)
        case .caller, .open, .confirms, .close, .subscribe, .unsubscribe, .redeclare, .nothing:
            fail(call, id, timeout("the broker has not answered in \(settings.callTimeout)"))
        }
    }

    /// The task that waits under this id was cancelled.
    mutating func cancel(_ id: UInt64) {
        if let call = calls[id] {
            calls[id] = nil
            channelEvent(.abandon(ChannelTicket(id)), on: call.channel.number)
            return cancel(call)
        }
        if let call = deferred.first(where: { $0.id == id }) {
            deferred.removeAll { $0.id == id }
            return cancel(call.record)
        }
        if let waiter = startWaiters.removeValue(forKey: id) { return effects.append(.resumeCancelled(waiter)) }
        if let index = spaceWaiters.firstIndex(where: { $0.id == id }) {
            return effects.append(.resumeCancelled(spaceWaiters.remove(at: index).continuation))
        }
        if let index = secretWaiters.firstIndex(where: { $0.id == id }) {
            return effects.append(.resumeCancelled(secretWaiters.remove(at: index).continuation))
        }
        for (pipeline, record) in pipelines {
            guard let waiter = (record.waitingForSpace + record.waitingForAll).first(where: { $0.id == id })
            else { continue }
            pipelines[pipeline]?.waitingForSpace.removeAll { $0.id == id }
            pipelines[pipeline]?.waitingForAll.removeAll { $0.id == id }
            return effects.append(.resumeCancelled(waiter.continuation))
        }
        cancelTraffic(id)
    }

    private mutating func cancelTraffic(_ id: UInt64) {
        for consumer in consumers.values {
            guard let index = consumer.waiters.firstIndex(where: { $0.id == id }) else { continue }
            return effects.append(.resumeDeliveryCancelled(consumer.waiters.remove(at: index).continuation))
        }
        for number in channels.keys {
            guard let outgoing = channels[number]?.confirms.abandon(1, where: { $0.id == id }).first
            else { continue }
            if case .caller(let continuation) = outgoing.completion {
                effects.append(.resumeCancelled(continuation))
            }
            return
        }
    }

    private mutating func cancel(_ call: CallRecord) {
        switch call.purpose {
        case .caller(let continuation, _), .close(let continuation):
            effects.append(.resumeReplyCancelled(continuation))
        case .open(let continuation), .confirms(let continuation):
            endChannel(
                call.channel.number, id: call.channel.id, AMQPError(.channelClosed, "the channel was given up"))
            effects.append(.resumeReplyCancelled(continuation))
        case .subscribe(let tag, let continuation):
            letGo(tag)
            if let continuation { effects.append(.resumeReplyCancelled(continuation)) }
        case .unsubscribe, .redeclare, .step, .nothing: break
        }
    }
}
#endif
