import HobPolicy

/// Runs the body, and cancels it when it takes longer than the limit.
///
/// Cancellation is cooperative: the body's clean-up always completes, and only then does this function throw. Work that
/// ignores cancellation is not cut off; such work belongs into a process of its own. The timer runs on Swift's threads,
/// so work that blocks all of them delays it; a clock with a thread of its own may be given.
///
/// - Parameters:
///   - limit: How long it may take; zero or less fails at once, without running the body.
///   - label: What the error calls the work.
///   - clock: Whose time counts.
///   - body: The work.
/// - Throws: ``TaskError`` with the label when the limit has passed (its cause is what the body threw then), else what
///   the body throws.
public func withDeadline<Value: Sendable>(
    _ limit: Duration, _ label: String, clock: any Clock<Duration> = ContinuousClock(),
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    func expired(_ cause: (any Error)?) -> TaskError {
        TaskError(.deadlineExceeded, "\(label) was not done within \(limit.brief) and was cancelled", cause: cause)
    }
    guard limit > .zero else { throw expired(nil) }
    return try await withThrowingTaskGroup(of: DeadlineEvent<Value>.self) { group in
        group.addTask {
            do { return .finished(.success(try await body())) } catch { return .finished(.failure(error)) }
        }
        group.addTask { (try? await clock.sleep(for: limit)) == nil ? .timerCancelled : .expired }
        var isExpired = false
        var result: Result<Value, any Error>?
        while result == nil, let event = try await group.next() {
            switch event {
            case .finished(let end): result = end
            case .expired:
                isExpired = true
                group.cancelAll()
            case .timerCancelled: continue
            }
        }
        group.cancelAll()
        guard let result else { throw CancellationError() }
        guard isExpired else { return try result.get() }
        if case .failure(let cause) = result { throw expired(cause) }
        throw expired(nil)
    }
}

private enum DeadlineEvent<Value: Sendable>: Sendable {
    case finished(Result<Value, any Error>)
    case expired
    /// The caller's task was cancelled, so the body is being cancelled as well.
    case timerCancelled
}
