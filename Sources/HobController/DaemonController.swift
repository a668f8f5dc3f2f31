import HobControllerCore
@_exported public import HobPolicy
import HobSystem

/// Starts, stops and connects to a daemon that nobody supervises, without races between tasks or processes.
///
///     let controller = try DaemonController(
///         .init(identifier: "searchd", pidFile: "/run/searchd.pid",
///               startCommand: ["searchd", "-c", "/etc/sphinx.conf"],
///               ping: .tcp(host: "localhost", port: 9312)))
///     let client = try await controller.connect { try await SearchClient.open(port: 9312) }
///     …
///     try await controller.stop()
///
/// It is a guest in its process: it changes neither signal handlers nor directory, umask or children of it. All
/// calls may come from any task and any process at once; a lock file serialises them.
public final class DaemonController: Sendable {
    /// What it was made with, paths made absolute.
    public let configuration: Configuration
    let facts: DaemonFacts

    /// A controller; nothing is started or touched.
    ///
    /// - Throws: ``ControllerError`` with code `badConfiguration`.
    public init(_ configuration: Configuration) throws {
        facts = try DaemonFacts(configuration)
        self.configuration = facts.configuration
    }

    /// Starts the daemon and returns when it is ready.
    ///
    /// Waits for the lock, then for the command, the pid file and every configured source of readiness, at most
    /// ``Configuration/startTimeout``. A cancelled task ends what was being started before it returns.
    ///
    /// - Returns: The pid of its main process.
    /// - Throws: ``ControllerError`` (`alreadyStarted`, `startFailed`, `startTimedOut`) or `CancellationError`; in
    ///   every case but `alreadyStarted` nothing of the daemon is left, unless the message says so.
    @discardableResult
    public func start() async throws -> Int32 {
        try await perform(.start).pidOfStarted()
    }

    /// Makes sure that the daemon runs and is ready: starts it unless it does.
    ///
    /// One that runs and answers its ping costs no lock. Otherwise as ``start()``; one that runs but does not answer
    /// is waited for, at most ``Configuration/startTimeout``, and never ended.
    ///
    /// - Returns: The pid of its main process.
    /// - Throws: ``ControllerError`` (`startFailed`, `startTimedOut`) or `CancellationError`.
    @discardableResult
    public func ensure() async throws -> Int32 {
        try await perform(.ensure).pidOfStarted()
    }

    /// Stops the daemon and returns when its whole tree is gone.
    ///
    /// Waits at most ``Configuration/stopTimeout`` after the signal or the stop command, then kills. A cancelled task
    /// leaves a daemon that has been told to end to itself.
    ///
    /// - Returns: Whether it ran.
    /// - Throws: ``ControllerError`` (`stopFailed`, `stopTimedOut`) or `CancellationError`; not when it did not run.
    @discardableResult
    public func stop() async throws -> Bool {
        try await perform(.stop).didStop()
    }

    /// Restarts the daemon under one lock, or starts it when it does not run; returns when it is ready.
    ///
    /// Waits as ``stop()`` and ``start()`` do; one that had to be killed is started all the same.
    ///
    /// - Returns: The pid of its main process.
    /// - Throws: ``ControllerError`` (`stopTimedOut`, `startFailed`, `startTimedOut`) or `CancellationError`.
    @discardableResult
    public func restart() async throws -> Int32 {
        try await perform(.restart).pidOfStarted()
    }

    /// Whether the daemon's main process lives; it may not be ready yet.
    ///
    /// Reads a few small files and waits for nobody; it needs no right to write.
    ///
    /// - Throws: ``ControllerError`` with code `stopFailed` when the files are there but may not be read.
    public func isRunning() throws -> Bool {
        try pid() != nil
    }

    /// The pid of the daemon's main process, if that lives; never a stranger's.
    ///
    /// Reads a few small files and waits for nobody; it needs no right to write.
    ///
    /// - Throws: ``ControllerError`` with code `stopFailed` when the files are there but may not be read.
    public func pid() throws -> Int32? {
        let finder = DaemonFinder(facts)
        guard
            case .running(let pid) = try facts.explaining(
                .stopFailed, { () throws(SystemError) in try finder.look().presence })
        else {
            return nil
        }
        return pid
    }

    /// Connects to the daemon, starting it first when it is not there.
    ///
    /// The closure is tried; when it answers nil or throws and the daemon does not run, or does not answer its ping,
    /// that is started (as ``ensure()`` does) and the closure tried again, until ``Configuration/startTimeout`` has
    /// passed; also when somebody kills the daemon in between. When it runs and answers, the closure's failure is its
    /// own.
    ///
    /// - Parameters:
    ///   - isolation: The actor on which the closure runs: the caller's.
    ///   - open: Opens the connection; it holds no lock.
    /// - Returns: What the closure returned.
    /// - Throws: ``ControllerError`` with code `connectFailed` and the closure's error as cause, what ``ensure()``
    ///   throws, or `CancellationError`.
    public func connect<Connection>(
        isolation: isolated (any Actor)? = #isolation, _ open: () async throws -> Connection?
    ) async throws -> Connection {
        var attempts = ConnectAttempts(facts)
        while true {
            var failure: (any Error)?
            do {
                if let connection = try await open() { return connection }
            } catch {
                failure = error
            }
            try Task.checkCancellation()
            let isReady = await answersNow()
            try attempts.failed(isReady: isReady, failure)
            do { try await ensure() } catch { try attempts.startFailed(error) }
        }
    }
}
