import HobTasks
import Synchronization

/// The numbers of a pool that may not be there yet, or no more.
final class PoolNumbers: Sendable {
    private struct Reference: Sendable {
        weak var pool: TaskPool?
    }

    private let reference = Mutex(Reference())

    func follow(_ pool: TaskPool) { reference.withLock { $0.pool = pool } }

    var snapshot: TaskPoolSnapshot? { reference.withLock { $0.pool }?.snapshot }
}
