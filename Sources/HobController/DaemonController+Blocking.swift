package import HobControllerCore
package import HobSystem

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
            guard let connection = try controller.connectBlocking(beside: nil, open) else {
                throw CancellationError()
            }
            return connection
        }
    }
}

// MARK: For a program that has nothing else to do

extension DaemonController {
    /// What else happens on the loop on which an operation waits; it gets the means to cancel the operation.
    ///
    /// A start that is cancelled ends what it has started; cancelled once more, it kills that at once.
    package typealias Companion = (EventLoop, _ cancel: @escaping () -> Void) throws(SystemError) -> Void

    /// As the methods of ``blocking``, with a companion; it is asked once for each loop.
    ///
    /// - Returns: What came of it, never `failed`.
    package func perform(_ request: ControllerRequest, beside companion: Companion?) throws -> ControllerResult {
        try performBlocking(request, beside: companion).result.get()
    }

    /// As ``Blocking/connect(_:)``, with a companion; nil when that has cancelled it.
    package func connectBlocking<Connection>(
        beside companion: Companion?, _ open: () throws -> Connection?
    ) throws -> Connection? {
        var attempts = ConnectAttempts(facts)
        while true {
            var failure: (any Error)?
            do {
                if let connection = try open() { return connection }
            } catch {
                failure = error
            }
            let (pid, isCancelled) = try readyPidBlocking(beside: companion)
            if isCancelled { return nil }
            try attempts.failed(isReady: pid != nil, failure)
            do {
                if case .cancelled = try perform(.ensure, beside: companion) { return nil }
            } catch {
                try attempts.startFailed(error)
            }
        }
    }
}
