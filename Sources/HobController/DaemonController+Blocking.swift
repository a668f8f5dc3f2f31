import HobControllerCore

extension DaemonController {
    /// The same operations for code that is not asynchronous; each runs on the calling thread until it is done.
    ///
    /// They need no task and no thread of Swift's pool, but block the one they are called on: never call them from a
    /// task, not even through a synchronous function.
    public var blocking: Blocking { Blocking(controller: self) }

    /// The operations of a ``DaemonController`` that block the calling thread.
    public struct Blocking: Sendable {
        let controller: DaemonController

        /// As ``DaemonController/start()``.
        @available(*, noasync, message: "use start() of the controller itself")
        @discardableResult
        public func start() throws -> Int32 { try controller.performBlocking(.start).pidOfStarted() }

        /// As ``DaemonController/ensure()``.
        @available(*, noasync, message: "use ensure() of the controller itself")
        @discardableResult
        public func ensure() throws -> Int32 { try controller.performBlocking(.ensure).pidOfStarted() }

        /// As ``DaemonController/stop()``.
        @available(*, noasync, message: "use stop() of the controller itself")
        @discardableResult
        public func stop() throws -> Bool { try controller.performBlocking(.stop).didStop() }

        /// As ``DaemonController/restart()``.
        @available(*, noasync, message: "use restart() of the controller itself")
        @discardableResult
        public func restart() throws -> Int32 { try controller.performBlocking(.restart).pidOfStarted() }

        /// As ``DaemonController/connect(isolation:_:)``.
        @available(*, noasync, message: "use connect(_:) of the controller itself")
        public func connect<Connection>(_ open: () throws -> Connection?) throws -> Connection {
            guard let connection = try controller.connectBlocking(beside: DaemonController.noCompanion, open) else {
                throw CancellationError()
            }
            return connection
        }
    }
}
