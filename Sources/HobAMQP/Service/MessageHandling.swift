#if AMQP
import HobAMQPCore
import NIOCore
import Synchronization

/// One message under way: runs the handler, and does what is decided about the message.
final class MessageHandling: Sendable {
    private struct State {
        var machine: HandlingMachine
        var handler: Task<Void, Never>?
        var settling: Task<Void, Never>?
        var timer: Scheduled<Void>?
        var isCancelled = false
    }

    private let delivery: AMQPDelivery
    private let service: AMQPConsumerService
    private let handler: AMQPConsumerService.Handler
    private let mover: MessageMover
    private let free: @Sendable () -> Void
    private let attempt: Int
    private let state: Mutex<State>

    /// - Parameter free: called once, when the message is settled and its handler has ended.
    init(
        _ delivery: AMQPDelivery, of service: AMQPConsumerService, _ handler: @escaping AMQPConsumerService.Handler,
        _ mover: MessageMover, free: @escaping @Sendable () -> Void
    ) {
        self.delivery = delivery
        self.service = service
        self.handler = handler
        self.mover = mover
        self.free = free
        attempt = service.retries.nextAttempt(of: delivery.properties, in: service.queue)
        state = Mutex(State(machine: HandlingMachine(timeout: "no end within \(service.timeout)")))
    }

    func begin(on loop: any EventLoop) {
        let task = Task { await self.event(.ended(self.work(loop))) }
        let isCancelled = state.withLock { state in
            state.handler = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    /// From now on the time is the handler's: what it waited for until here was the broker.
    private func startTimer(on loop: any EventLoop) {
        let timer = loop.scheduleTask(in: TimeAmount(clamping: service.timeout)) { self.event(.expired) }
        state.withLock { $0.timer = timer }
    }

    /// Cancels the handler, and its message goes back unless it ends as if nothing had been.
    func cancel() { event(.cancel) }

    private func work(_ loop: any EventLoop) async -> HandlingMachine.Verdict {
        do {
            let channel = try await mover.channelForAnswers()
            defer { mover.answers.giveBack(channel) }
            startTimer(on: loop)
            let context = AMQPHandlerContext(
                attempt: attempt, channel: channel, logger: service.configuration.logger)
            let first = RetryHeaders(queue: service.queue).origin(
                of: delivery.properties, exchange: delivery.exchange, routingKey: delivery.routingKey)
            try await handler(first.map { delivery.published(to: $0.exchange, $0.routingKey) } ?? delivery, context)
            return .acknowledge
        } catch let rejection as AMQPRejection {
            return .park(reason: rejection.description)
        } catch is MessageMover.NoChannel {
            return .giveBack
        } catch {
            return .fail(reason: "\(error)")
        }
    }

    private func event(_ event: HandlingMachine.Event) {
        let actions = state.withLock { $0.machine.handle(event) }
        for action in actions { perform(action) }
    }

    private func perform(_ action: HandlingMachine.Action) {
        switch action {
        case .cancel:
            let (handler, settling) = state.withLock { state in
                state.isCancelled = true
                return (state.handler, state.settling)
            }
            handler?.cancel()
            settling?.cancel()
        case .settle(let verdict): settle(verdict)
        case .free:
            let timer = state.withLock { $0.timer }
            timer?.cancel()
            free()
        }
    }

    private func settle(_ verdict: HandlingMachine.Verdict) {
        switch verdict {
        case .acknowledge:
            delivery.ack()
            event(.settled)
        case .giveBack:
            delivery.nack(requeue: true)
            event(.settled)
        case .park(let reason): move(to: AMQPRetryLadder.parkingQueue(of: service.queue), reason)
        case .fail(let reason): move(to: service.retries.place(of: service.queue, afterAttempt: attempt), reason)
        }
    }

    /// In a task of its own: the handler's may be cancelled, and may not have ended.
    private func move(to place: String, _ reason: String) {
        let task = Task {
            await mover.move(delivery, attempt: attempt, reason: reason, to: place)
            event(.settled)
        }
        let isStopped = state.withLock { state in
            state.settling = task
            return state.machine.isCancelled
        }
        if isStopped { task.cancel() }
    }
}
#endif
