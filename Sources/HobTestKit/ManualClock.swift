import Synchronization

/// A clock that stands still until a test moves it.
package final class ManualClock: Clock, Sendable {
    /// A point of its time.
    package struct Instant: InstantProtocol {
        /// The time since the clock was made.
        package var offset: Duration

        /// The point that lies so much later.
        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        /// How much later the other point is.
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        /// Earlier is less.
        package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Sleeper {
        let deadline: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var lastID = 0
        var sleepers: [Int: Sleeper] = [:]
        /// Cancelled before they slept.
        var cancelled: Set<Int> = []
        var watchers: [CheckedContinuation<Duration, Never>] = []

        var nextWaking: Duration? { sleepers.values.map(\.deadline.offset).min() }
    }

    private let state = Mutex(State())

    /// A clock at zero.
    package init() {}

    /// This moment.
    package var now: Instant { state.withLock { $0.now } }
    /// It has no grain.
    package var minimumResolution: Duration { .zero }

    /// Sleeps until the clock was moved there; throws when cancelled.
    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                settle(id, Sleeper(deadline: deadline, continuation: continuation))
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelled.insert(id) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Waits until somebody sleeps, and tells when the first of them wants to be woken; never, for a cancelled test.
    package func nextWaking() async -> Duration {
        let never = Duration.seconds(Int64.max)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waking = state.withLock { state in
                    if state.nextWaking == nil, !Task.isCancelled { state.watchers.append(continuation) }
                    return state.nextWaking ?? (Task.isCancelled ? never : nil)
                }
                if let waking { continuation.resume(returning: waking) }
            }
        } onCancel: {
            let watchers = state.withLock { state in
                defer { state.watchers = [] }
                return state.watchers
            }
            for watcher in watchers { watcher.resume(returning: never) }
        }
    }

    /// How many sleep now.
    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Waits until somebody sleeps, and moves the clock to when the first of them wants to be woken.
    package func advanceToNextWaking() async {
        advance(to: await nextWaking())
    }

    /// Moves the clock on.
    package func advance(by duration: Duration) {
        advance(to: now.offset + duration)
    }

    /// Moves the clock to a point, never back.
    package func advance(to offset: Duration) {
        let due = state.withLock { state in
            state.now = max(state.now, Instant(offset: offset))
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.sorted { $0.deadline < $1.deadline }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    private func settle(_ id: Int, _ sleeper: Sleeper) {
        enum Outcome { case asleep([CheckedContinuation<Duration, Never>], Duration), due, cancelled }
        let outcome = state.withLock { state -> Outcome in
            if state.cancelled.remove(id) != nil { return .cancelled }
            if sleeper.deadline <= state.now { return .due }
            state.sleepers[id] = sleeper
            defer { state.watchers = [] }
            return .asleep(state.watchers, state.nextWaking ?? sleeper.deadline.offset)
        }
        switch outcome {
        case .asleep(let watchers, let waking): for watcher in watchers { watcher.resume(returning: waking) }
        case .due: sleeper.continuation.resume()
        case .cancelled: sleeper.continuation.resume(throwing: CancellationError())
        }
    }
}
