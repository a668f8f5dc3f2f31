public import HobPolicy
public import Logging

/// Runs the body at each run of a schedule, until a graceful shutdown, cancellation, or the last run.
///
///     try await repeating("backup", on: context.schedule("0 3 * * *"), logger: context.logger) { run in
///         try await backUp()
///     }
///
/// An error of the body is logged with the label and told to the handler, and the next run comes at its time. A run under
/// way at a graceful shutdown is finished; cancellation reaches it.
///
/// - Parameters:
///   - label: What the log calls it.
///   - runs: When to run.
///   - logger: Where errors go.
///   - onError: Called after an error was logged.
///   - isolation: Where the body runs.
///   - body: The work.
/// - Throws: ``TaskError`` when the schedule is none, before the first run.
public func repeating(
    _ label: String, on runs: ScheduledRuns, logger: Logger,
    onError: (@Sendable (ScheduledRun, any Error) async -> Void)? = nil,
    isolation: isolated (any Actor)? = #isolation, _ body: (ScheduledRun) async throws -> Void
) async throws {
    var logger = logger
    logger[metadataKey: "task"] = "\(label)"
    var iterator = runs.makeAsyncIterator()
    while let run = try await iterator.next(isolation: isolation) {
        if run.missed > 0 {
            logger.warning("runs were missed", metadata: ["missed": "\(run.missed)", "before": "\(run.number)"])
        }
        do { try await body(run) } catch {
            if Task.isCancelled, error is CancellationError { return }
            logger.error("run \(run.number) failed", error: error)
            await onError?(run, error)
        }
    }
}
