import Glibc
import HobSystem
import HobTestKit
import HobWorkers
import Logging
import Synchronization

/// Pools of the fixture's workers, for one test each.
enum Pools {
    static var options: WorkerPoolOptions {
        var options = WorkerPoolOptions()
        options.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        options.heartbeat = .automatic(within: .seconds(60))
        return options
    }

    static func make(
        _ worker: String = "EchoWorker", min: Int, max: Int, _ options: WorkerPoolOptions = Pools.options,
        listeners: [WorkerListener] = [.tcp("echo", "127.0.0.1:0")]
    ) throws -> WorkerPool {
        try WorkerPool(
            executable: FixtureProgram.path(of: "fixture-workers"), worker: worker, min: min, max: max,
            listeners: listeners, options: options)
    }

    static func pids(_ pool: WorkerPool) -> [Int32] { pool.status.workers.compactMap { $0.pid } }

    /// Waits until the pool is as it should be; false when the patience is over.
    ///
    /// The status has no announcement, and the tests are its only users that wait for one.
    static func wait(
        _ pool: WorkerPool, within patience: Duration = .seconds(60), until isRight: (WorkerPoolStatus) -> Bool
    ) async -> Bool {
        let deadline = MonotonicTime.now() + patience
        while MonotonicTime.now() < deadline {
            if isRight(pool.status) { return true }
            try? await Task.sleep(for: .milliseconds(2))
        }
        return isRight(pool.status)
    }
}

/// What a pool's observer was told.
final class PoolEvents: Sendable {
    private let events = Mutex<[WorkerPoolEvent]>([])

    func add(_ event: WorkerPoolEvent) { events.withLock { $0.append(event) } }

    /// How long each replacement took.
    var replacements: [Duration] {
        events.withLock { $0 }.compactMap { if case .replaced(_, let after) = $0 { after } else { nil } }
    }
}
