import BrokerKit
import HobAMQP
import Logging
import ServiceLifecycle
import Synchronization
import Testing

/// What handlers of a test have done.
final class HandlerLog: Sendable {
    private struct State {
        var entries: [String] = []
        var times: [ContinuousClock.Instant] = []
        var active = 0
        var most = 0
    }

    private let state = Mutex(State())

    var entries: [String] { state.withLock { $0.entries } }
    var times: [ContinuousClock.Instant] { state.withLock { $0.times } }
    /// How many handlers are at work.
    var active: Int { state.withLock { $0.active } }
    /// How many were at most, since the last ``forgetMost()``.
    var most: Int { state.withLock { $0.most } }

    func count(_ text: String) -> Int { entries.count { $0 == text } }

    func add(_ text: String) {
        state.withLock {
            $0.entries.append(text)
            $0.times.append(.now)
        }
    }

    func begin() {
        state.withLock {
            $0.active += 1
            $0.most = max($0.most, $0.active)
        }
    }

    func end() { state.withLock { $0.active -= 1 } }

    func forgetMost() { state.withLock { $0.most = $0.active } }
}

/// Where handlers wait until a test lets them go; deaf to cancellation.
final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiters = state.withLock { state in
            defer { state = (true, []) }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

/// What a handler throws that has no luck.
struct HandlerFailure: Error {}

extension VirtualHost {
    /// A service of the queue `work` with short delays.
    func service(
        attempts: Int = 3, concurrency: Int = 4, timeout: Duration = .seconds(30),
        delays: [Duration] = [.milliseconds(100), .milliseconds(200)],
        topology: @escaping @Sendable (AMQPChannel) async throws -> Void = { _ in },
        _ handler: @escaping AMQPConsumerService.Handler
    ) throws -> AMQPConsumerService {
        AMQPConsumerService(
            queue: "work", url: try AMQPURL(url), concurrency: concurrency, timeout: timeout,
            retries: AMQPRetryLadder(delays: delays, attempts: attempts), topology: topology, handler: handler)
    }

    /// Runs the service while the body lasts, then stops it gracefully.
    func running(
        _ service: AMQPConsumerService, _ body: (AMQPConnection, AMQPChannel) async throws -> Void
    ) async throws {
        let group = ServiceGroup(services: [service], logger: Logger(label: "test"))
        let task = Task { try await group.run() }
        do {
            try await AMQPConnection.withConnection(to: AMQPURL(url)) { connection in
                try await eventually { service.control.status.phase == .running }
                try await body(connection, connection.openChannel())
            }
        } catch {
            await group.triggerGracefulShutdown()
            try? await task.value
            throw error
        }
        await group.triggerGracefulShutdown()
        try await task.value
    }
}
