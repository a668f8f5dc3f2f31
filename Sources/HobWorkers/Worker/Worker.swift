/// What a worker process does.
///
///     struct Resizer: Worker {
///         func run(_ context: WorkerContext) async throws { … }
///     }
///
/// Its type is its identity: the pool's process and the worker's are the same program.
public protocol Worker: Sendable {
    /// By what it is found in the worker's process; the type's name unless told otherwise.
    static var name: String { get }

    /// Whether it calls ``WorkerContext/ready()`` itself; otherwise it is ready when ``run(_:)`` is called.
    static var announcesReadiness: Bool { get }

    /// Makes it, in its own process.
    init()

    /// Does its work, and returns when ``WorkerContext/isStopping`` has become true and what it had in hand is done.
    ///
    /// When it returns or throws unasked, its process ends, and the pool replaces it; what it throws is in the pool's
    /// status. Its task is cancelled when the time for a stop is over.
    func run(_ context: WorkerContext) async throws
}

extension Worker {
    /// The name of the type.
    public static var name: String { String(describing: Self.self) }

    /// It is ready when `run` is called.
    public static var announcesReadiness: Bool { false }
}
