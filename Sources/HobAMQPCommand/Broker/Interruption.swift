#if AMQP
import Glibc
import HobSystem
import Synchronization

/// Ctrl-C and TERM: the first one ends the work behind what is on its way, the second one the process.
enum Interruption {
    private struct State {
        var signal: SignalNumber?
        var cancel: (@Sendable () -> Void)?
    }

    private static let state = Mutex(State())

    /// Takes the signals over; in main, before any other thread starts.
    static func begin() {
        let signals = [SignalNumber.interrupt, .terminate, .hangUp].filter { !SignalWatcher.isIgnored($0) }
        do {
            try SignalWatcher.block(signals)
            let watcher = try SignalWatcher(signals)
            try Thread.start(name: "signals") { watch(watcher) }
        } catch {
            // Then a signal ends the process at once, which loses nothing either.
            try? SignalWatcher.unblock(signals)
        }
    }

    private static func watch(_ watcher: SignalWatcher) {
        while true {
            var entry = pollfd(fd: watcher.raw, events: Int16(POLLIN), revents: 0)
            poll(&entry, 1, -1)
            guard let received = try? watcher.next() else { continue }
            let (isSecond, cancel) = state.withLock { state in
                defer { state.signal = received.signal }
                return (state.signal != nil, state.cancel)
            }
            if isSecond || cancel == nil { _exit(128 + received.signal.rawValue) }
            cancel?()
        }
    }

    /// The exit status after an interruption; nil when there was none.
    static var exitStatus: Int32? { state.withLock { $0.signal.map { 128 + $0.rawValue } } }

    /// Runs the body in a task that the first signal cancels.
    static func cancelling<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task(operation: body)
        state.withLock { $0.cancel = { task.cancel() } }
        defer { state.withLock { $0.cancel = nil } }
        return try await task.value
    }
}
#endif
