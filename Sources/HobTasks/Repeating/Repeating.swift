import HobPolicy
public import Logging

/// Runs the body again and again, until a graceful shutdown, cancellation, or the last run.
///
/// An error of the body is logged with the label, and the next run comes no sooner than the interval: nothing here
/// ever spins. A run under way at a graceful shutdown is finished; cancellation reaches it.
///
/// - Parameters:
///   - label: What the log calls it.
///   - repetition: How often, and for how long.
///   - logger: Where errors and overruns go.
///   - clock: Whose time counts.
///   - hooks: What is done around it.
///   - shutdown: Called once; returns when no further run is wanted, and when its task is cancelled.
///   - isolation: Where the body runs.
///   - body: The work.
/// - Throws: ``TaskError`` for options that cannot be kept, what a start hook throws, and the body's error if the
///   repetition says that it stops.
public func repeating(
    _ label: String, _ repetition: Repetition, logger: Logger, clock: any Clock<Duration> = ContinuousClock(),
    hooks: RepetitionHooks = RepetitionHooks(), until shutdown: (@Sendable () async -> Void)? = nil,
    isolation: isolated (any Actor)? = #isolation, _ body: (Tick) async throws -> Void
) async throws {
    try repetition.check()
    var logger = logger
    logger[metadataKey: "task"] = "\(label)"
    try await hooks.beforeStart?()
    let failure: (any Error)?
    do {
        try await hooks.afterStart?()
        try await turn(repetition, logger: logger, clock: clock, until: shutdown, isolation: isolation, body)
        failure = nil
    } catch {
        failure = error
    }
    await runToItsEnd(hooks.beforeStop, "before stop", logger)
    await runToItsEnd(hooks.afterStop, "after stop", logger)
    if let failure { throw failure }
}

private func turn(
    _ repetition: Repetition, logger: Logger, clock: any Clock<Duration>,
    until shutdown: (@Sendable () async -> Void)?, isolation: isolated (any Actor)?,
    _ body: (Tick) async throws -> Void
) async throws {
    var pacer = Pacer(
        TickSequence(repetition: repetition, clock: clock, logger: logger, shutdown: shutdown))
    var generator = SystemRandomNumberGenerator()
    var failures = 0
    var pause = Duration.zero
    while let tick = try await pacer.next(pausing: pause, isolation: isolation) {
        pause = .zero
        do {
            try await body(tick)
            failures = 0
        } catch {
            if Task.isCancelled, error is CancellationError { return }
            guard case .proceed(let backoff) = repetition.onError else { throw error }
            failures += 1
            pause = max(repetition.interval, backoff.delay(afterFailures: failures, using: &generator))
            logger.error(
                "run \(tick.number) failed", error: error,
                metadata: ["failures": "\(failures)", "pause": "\(pause.brief)"])
        }
    }
}

/// A task of its own keeps the caller's values and priority, but not its cancellation.
private func runToItsEnd(_ hook: RepetitionHooks.Hook?, _ name: String, _ logger: Logger) async {
    guard let hook else { return }
    let failure = await Task { () -> (any Error)? in
        do { try await hook() } catch { return error }
        return nil
    }.value
    if let failure { logger.error("the hook \(name) failed", error: failure) }
}
