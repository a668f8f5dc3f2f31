import HobSystem
import Synchronization

/// The connections that a worker accepts, as they come; ``WorkerContext/connections(on:)`` makes it.
public struct WorkerConnections: AsyncSequence, Sendable {
    let runtime: WorkerRuntime
    let name: String
    let socket: Descriptor

    /// Starts to accept.
    public func makeAsyncIterator() -> Iterator { Iterator(source: self) }

    /// Accepts while it is asked for the next connection.
    public struct Iterator: AsyncIteratorProtocol {
        private static let lastNumber = Atomic<UInt64>(0)

        let source: WorkerConnections

        /// Waits for the next connection; nil when the worker shall stop or the task is cancelled.
        ///
        /// - Throws: ``WorkerContextError`` when the machine gives no connections any more.
        public func next() async throws -> WorkerConnection? {
            let (runtime, name, socket) = (source.runtime, source.name, source.socket)
            let number = Self.lastNumber.add(1, ordering: .relaxed).newValue
            do {
                let connection: Descriptor? = try await withTaskCancellationHandler {
                    try await withCheckedThrowingContinuation { continuation in
                        runtime.work.post { loop in
                            let acceptor = runtime.acceptor(name, socket, loop)
                            acceptor.want(number) { continuation.resume(with: $0) }
                        }
                        // The cancellation may have come before there was anything to forget.
                        if Task.isCancelled { Self.forget(number, runtime, name, socket) }
                    }
                } onCancel: {
                    Self.forget(number, runtime, name, socket)
                }
                return connection.map { WorkerConnection($0, on: runtime.work) }
            } catch let error as SystemError {
                throw WorkerContextError(.cannotAccept, error.message, cause: error)
            }
        }

        private static func forget(
            _ number: UInt64, _ runtime: WorkerRuntime, _ name: String, _ socket: Descriptor
        ) {
            runtime.work.post { loop in runtime.acceptor(name, socket, loop).forget(number) }
        }
    }
}
