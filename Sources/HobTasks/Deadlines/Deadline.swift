import HobPolicy

/// Runs the body, and cancels it when it takes longer than the limit.
///
///     let page = try await withDeadline(.seconds(5), "the front page") { try await fetch(url) }
///
/// Cancellation is cooperative: the body's clean-up always completes, however long it takes, and only then does this
/// function throw. Work that ignores cancellation is not cut off; such work belongs into a process of its own. Of nested
/// limits the one that passes first counts, and its error names its own work.
///
/// On a ``TimerClock`` the work is cancelled in time even when every thread of Swift's pool is blocked; on any other
/// clock the timer needs one of these threads.
///
/// - Parameters:
///   - limit: How long it may take; nil or zero is no limit, less than zero is an error.
///   - label: What the error calls the work.
///   - clock: Whose time counts.
///   - body: The work, in a child task.
/// - Throws: ``TaskError`` with the label when the limit has passed (its cause is what the body threw then), else what
///   the body throws.
public func withDeadline<Value: Sendable>(
    _ limit: Duration?, _ label: String, clock: any Clock<Duration> = ContinuousClock(),
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    guard let limit = try TaskError.checkedLimit(limit, label) else { return try await body() }
    let target = CancellationTarget()
    let timer = (clock as? any TimerClock)?.startTimer(after: limit) { target.expire() }
    defer { timer?.cancel() }
    let result = await withTaskGroup(of: Result<Value, any Error>?.self) { group in
        group.addTask {
            do { return .success(try await target.run(body)) } catch { return .failure(error) }
        }
        if timer == nil {
            group.addTask {
                if (try? await clock.sleep(for: limit)) != nil { target.expire() }
                return nil
            }
        }
        var result: Result<Value, any Error>?
        while result == nil, let end = await group.next() { result = end }
        group.cancelAll()
        return result
    }
    // The group's first child always answers.
    guard let result else { throw CancellationError() }
    guard target.isExpired else { return try result.get() }
    var cause: (any Error)?
    if case .failure(let error) = result { cause = error }
    throw TaskError.expired(label, limit, cause)
}

extension TaskError {
    /// Nil for no limit; throws for one that is none.
    static func checkedLimit(_ limit: Duration?, _ label: String) throws(TaskError) -> Duration? {
        guard let limit, limit != .zero else { return nil }
        guard limit > .zero else {
            throw TaskError(
                .badOptions,
                "\(label): a limit of \(limit.brief) is none: give more than zero, or nil or zero for no limit")
        }
        return limit
    }

    /// The error of work that took too long.
    static func expired(_ label: String, _ limit: Duration, _ cause: (any Error)?) -> TaskError {
        TaskError(.deadlineExceeded, "\(label) was not done within \(limit.brief) and was cancelled", cause: cause)
    }
}
