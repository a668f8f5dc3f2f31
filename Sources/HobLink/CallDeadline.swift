import HobPolicy
import HobSystem

/// The deadlines that a task carries to the calls it makes.
enum CallDeadline {
    /// That of the call which the task answers: what it calls itself must not take longer.
    @TaskLocal static var received: MonotonicTime?
    /// That of the innermost ``withCallDeadline(_:isolation:_:)``, or an outer one that is earlier.
    @TaskLocal static var chosen: MonotonicTime?

    /// When a call that begins now must have its answer.
    static func next(after now: MonotonicTime, limit: Duration) -> MonotonicTime {
        let wanted = chosen ?? (now + limit)
        return received.map { min($0, wanted) } ?? wanted
    }
}

/// Gives all calls over links in the body one deadline, instead of each the default of its link.
///
///     let names = try await withCallDeadline(.seconds(2)) { try await lister.list("/") }
///
/// Of nested deadlines the earliest counts. The timer runs on the link's own thread, so blocked tasks do not delay it. It
/// bounds calls only; other work in the body is not cut short.
///
/// - Parameters:
///   - limit: How long the calls may take together, from now.
///   - isolation: The actor on which the body runs; the caller's.
///   - body: What makes the calls.
/// - Throws: What the body throws; a late call throws ``LinkError``.
public func withCallDeadline<Value>(
    _ limit: Duration, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async rethrows -> Value {
    let own = MonotonicTime.now() + limit
    let deadline = CallDeadline.chosen.map { min($0, own) } ?? own
    return try await CallDeadline.$chosen.withValue(deadline, operation: body)
}
