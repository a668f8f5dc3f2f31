/// What happens in a pool, for its observer.
public enum WorkerPoolEvent: Sendable {
    /// A worker's process runs; the number is its slot's.
    case started(number: Int, pid: Int32)
    /// A worker may be used, so long after its start.
    case ready(number: Int, pid: Int32, after: Duration)
    /// A worker has ended.
    case ended(WorkerEnd)
    /// The place of a worker that has ended is taken again, so long after its end.
    case replaced(number: Int, after: Duration)
}
