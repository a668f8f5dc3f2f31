#if AMQP
import HobAMQPCore
import HobPolicy
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// One run of a consumer service: does what the intake decides.
///
/// One task connects, declares, subscribes and then fetches messages; each message has a task of its own. None of them is
/// a child of the run, so that a handler which does not end keeps neither it nor its process.
final class AMQPConsumerRunner: Sendable {
    private struct State {
        var connection: AMQPConnection?
        /// For copies and answers. While the broker is short of memory it reads nothing from who publishes: on the same
        /// connection acknowledgements would wait too, and nobody would make room.
        var publishing: AMQPConnection?
        var channel: AMQPChannel?
        var consumer: AMQPConsumer?
        var mover: MessageMover?
        var isDeclared = false
        var hasSubscribed = false
        var intake: Task<Void, Never>?
        /// The task that fetches messages waits here for leave, unless it has been given already.
        var gate: CheckedContinuation<Void, Never>?
        var mayPull = false
        var fetched: AMQPDelivery?
        var handlings = HandlingRoster<MessageHandling>()
        var timers: [Scheduled<Void>] = []
        var isOver = false
        var abandoned = 0
        var error: (any Error)?
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let service: AMQPConsumerService
    private let handler: AMQPConsumerService.Handler
    private let loop: any EventLoop
    private let state = Mutex(State())

    init(_ service: AMQPConsumerService, handler: @escaping AMQPConsumerService.Handler) {
        self.service = service
        self.handler = handler
        loop = MultiThreadedEventLoopGroup.singleton.next()
    }

    private var logger: Logger? { service.configuration.logger }

    private func event(_ event: IntakeEvent) { service.control.handle(event, from: self) }

    /// Returns when the intake has ended and what can be given back has been.
    func run() async throws {
        try service.control.begin(
            self,
            IntakeLimits(
                concurrency: service.concurrency, drain: service.drainTimeout, grace: service.cancellationTimeout))
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await end()
            } onGracefulShutdown: {
                self.event(.stop)
            }
        } onCancel: {
            event(.cancel)
        }
        let (connections, abandoned, error) = state.withLock { state in
            defer {
                state.connection = nil
                state.publishing = nil
                state.channel = nil
                state.consumer = nil
                state.mover = nil
            }
            return ([state.connection, state.publishing], state.abandoned, state.error)
        }
        if abandoned > 0 {
            logger?.error(
                """
                AMQP consumer of \(service.queue) leaves \(abandoned) handlers behind that do not end although they were \
                cancelled; their messages go back to the queue
                """)
        }
        await withDiscardingTaskGroup { group in
            for connection in connections { group.addTask { await connection?.close(timeout: .seconds(5)) } }
        }
        if let error { throw error }
    }

    private func end() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.isOver { state.waiter = continuation }
                return state.isOver
            }
            if isOver { continuation.resume() }
        }
    }

    // MARK: What the intake decides

    func perform(_ action: IntakeAction) {
        switch action {
        case .subscribe(let prefetch):
            let task = Task { await subscribe(prefetch) }
            let isOver = state.withLock { state in
                state.intake = task
                return state.isOver
            }
            if isOver { task.cancel() }
        case .unsubscribe: state.withLock { $0.consumer }?.cancel()
        case .pull:
            let gate = state.withLock { state in
                defer { state.gate = nil }
                if state.gate == nil { state.mayPull = true }
                return state.gate
            }
            gate?.resume()
        case .handle: if let delivery = takeFetched() { begin(delivery) }
        case .giveBack: takeFetched()?.nack(requeue: true)
        case .set(let timer, let delay): set(timer, delay)
        case .cancelHandlers:
            logger?.warning(
                "AMQP handlers of \(service.queue) are cancelled: not done within \(service.drainTimeout)")
            for handling in state.withLock({ $0.handlings.cancelAll() }) { handling.cancel() }
        case .finish(let abandoned): finish(abandoned)
        }
    }

    private func takeFetched() -> AMQPDelivery? {
        state.withLock { state in
            defer { state.fetched = nil }
            return state.fetched
        }
    }

    private func set(_ timer: IntakeTimer, _ delay: Duration) {
        let scheduled = loop.scheduleTask(in: TimeAmount(clamping: delay)) { self.event(.expired(timer)) }
        let isOver = state.withLock { state in
            state.timers.append(scheduled)
            return state.isOver
        }
        if isOver { scheduled.cancel() }
    }

    private func finish(_ abandoned: Int) {
        let left = state.withLock { state in
            defer {
                state.isOver = true
                state.abandoned = abandoned
                state.timers = []
                state.waiter = nil
                state.gate = nil
            }
            return (timers: state.timers, intake: state.intake, gate: state.gate, waiter: state.waiter)
        }
        for timer in left.timers { timer.cancel() }
        left.intake?.cancel()
        left.gate?.resume()
        left.waiter?.resume()
    }

    // MARK: Messages

    private func subscribe(_ prefetch: Int) async {
        let consumer: AMQPConsumer
        do {
            consumer = try await makeConsumer(UInt16(clamping: prefetch))
        } catch {
            return refused(error)
        }
        state.withLock { state in
            state.consumer = consumer
            state.hasSubscribed = true
        }
        event(.subscribed)
        do {
            var iterator = consumer.makeAsyncIterator()
            while true {
                await leave()
                guard let delivery = try await iterator.next() else { break }
                state.withLock { $0.fetched = delivery }
                event(.delivered)
            }
        } catch {
            // The broker has closed the channel, for an acknowledgement that came too late, say. The next one is new.
            logger?.warning("AMQP consumer of \(service.queue) begins anew: \(error)")
            state.withLock { $0.isDeclared = false }
        }
        state.withLock { $0.consumer = nil }
        event(.ended)
    }

    /// Waits until the next message may be fetched.
    private func leave() async {
        state.withLock { $0.mayPull = false }
        event(.asked)
        await withCheckedContinuation { continuation in
            let isGiven = state.withLock { state in
                if !state.mayPull { state.gate = continuation }
                return state.mayPull
            }
            if isGiven { continuation.resume() }
        }
    }

    private func refused(_ error: any Error) {
        let (connections, hasSubscribed) = state.withLock { state in
            state.isDeclared = false
            return ([state.publishing, state.connection].compactMap { $0 }, state.hasSubscribed)
        }
        let isFinal = Self.isFinal(error, connections, hasSubscribed: hasSubscribed)
        if isFinal {
            state.withLock { if !$0.isOver { $0.error = $0.error ?? error } }
        } else {
            logger?.warning("AMQP consumer of \(service.queue) asks the broker again: \(error)")
        }
        event(.refused(isFinal: isFinal))
    }

    /// The connection for copies and answers is over for good: without it every message would only go back, again and
    /// again. Those that are under way may still end.
    private func givenUp(_ error: any Error) {
        state.withLock { if !$0.isOver { $0.error = $0.error ?? error } }
        event(.stop)
    }

    /// Whether asking again is of no use.
    private static func isFinal(_ error: any Error, _ connections: [AMQPConnection], hasSubscribed: Bool) -> Bool {
        // Both connections are tried as long as the configuration says; one that is missing was given up.
        guard let error = error as? AMQPError, connections.count == 2, !connections.contains(where: \.isClosed) else {
            return true
        }
        switch error.replyCode {
        case .accessRefused?, .preconditionFailed?, .notAllowed?, .notImplemented?: return true
        // Somebody may have deleted what was there.
        case .notFound?: return !hasSubscribed
        default: return error.code == .invalidArgument
        }
    }

    private func makeConsumer(_ prefetch: UInt16) async throws -> AMQPConsumer {
        let connection = try await connect()
        if !state.withLock({ $0.isDeclared }) {
            try await service.declare(on: connection)
            state.withLock { $0.isDeclared = true }
        }
        var channel = state.withLock { $0.channel }
        if channel?.closedBecause != nil { channel = nil }
        let standing: AMQPChannel
        if let channel { standing = channel } else { standing = try await connection.openChannel(confirms: false) }
        state.withLock { $0.channel = standing }
        return try await standing.consume(service.queue, prefetch: prefetch, whenCancelled: .resubscribe())
    }

    private func connect() async throws -> AMQPConnection {
        var configuration = service.configuration
        configuration.recovery.persistsAtStart = true
        if state.withLock({ $0.publishing }) == nil {
            var configuration = configuration
            let name = configuration.name ?? service.url.hosts.map(\.description).joined(separator: ",")
            configuration.name = "\(name) publishing"
            let connection = try await AMQPConnection.connect(to: service.url, configuration: configuration, on: loop)
            state.withLock { state in
                state.publishing = connection
                state.mover = MessageMover(service, on: connection, loop) { [weak self] in self?.givenUp($0) }
            }
        }
        if let publishing = state.withLock({ $0.publishing }), publishing.isClosed {
            throw AMQPError(.connectionClosed, "the connection to \(publishing.name) is \(publishing.state)")
        }
        if let connection = state.withLock({ $0.connection }) { return connection }
        let connection = try await AMQPConnection.connect(to: service.url, configuration: configuration, on: loop)
        state.withLock { $0.connection = connection }
        return connection
    }

    private func begin(_ delivery: AMQPDelivery) {
        guard let mover = state.withLock({ $0.mover }) else { return }
        let (handling, isCancelled) = state.withLock { state in
            state.handlings.add { id in
                MessageHandling(delivery, of: service, handler, mover) {
                    self.state.withLock { $0.handlings.remove(id) }
                    self.event(.handled)
                }
            }
        }
        if isCancelled { handling.cancel() }
        handling.begin(on: loop)
    }
}

extension TimeAmount {
    /// A duration; what is negative is none, and what is beyond a century is one.
    init(clamping duration: Duration) {
        self = .nanoseconds(min(max(0, duration.wholeNanoseconds), 3_000_000_000_000_000_000))
    }
}
#endif
