package import HobControllerCore
package import HobSystem

/// For a program that has nothing else to do.
extension DaemonController {
    /// What else happens on the loop on which an operation waits; it gets the means to cancel the operation, and
    /// answers what takes it off the loop again.
    ///
    /// A start that is cancelled ends what it has started; cancelled once more, it kills that at once.
    package typealias Companion = (EventLoop, _ cancel: @escaping () -> Void) throws(SystemError) -> () -> Void

    /// Nothing else happens.
    static let noCompanion: @Sendable (EventLoop, @escaping () -> Void) -> () -> Void = { _, _ in {} }

    /// As the methods of ``blocking``, with a companion; it is asked once for each loop.
    ///
    /// - Returns: What came of it, never `failed`.
    package func perform(_ request: ControllerRequest, beside companion: Companion) throws -> ControllerResult {
        try performBlocking(request, beside: companion).result.get()
    }

    /// As ``Blocking/connect(_:)``, with a companion; nil when that has cancelled it.
    package func connectBlocking<Connection>(
        beside companion: Companion, _ open: () throws -> Connection?
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
