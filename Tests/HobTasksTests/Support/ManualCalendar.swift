import HobPolicy
import HobTasks
import HobTestKit
import Synchronization

/// A clock on the wall that a test moves and sets; it sleeps on a ManualClock.
final class ManualCalendar: CalendarClock {
    let clock = ManualClock()
    private let state: Mutex<(offset: UnixTime, waiting: [Task<Void, any Error>])>

    init(_ start: UnixTime) {
        state = Mutex((start, []))
    }

    var now: UnixTime { state.withLock { $0.offset } + clock.now.offset }

    func sleep(until time: UnixTime) async throws {
        let sleeper = Task { [self] in try await clock.sleep(for: max(.zero, time - now)) }
        state.withLock { $0.waiting.append(sleeper) }
        await withTaskCancellationHandler {
            _ = await sleeper.result
        } onCancel: {
            sleeper.cancel()
        }
        try Task.checkCancellation()
    }

    /// Sets the clock, and ends all waits.
    func set(_ difference: Duration) {
        let waiting = state.withLock { state in
            state.offset = state.offset + difference
            defer { state.waiting = [] }
            return state.waiting
        }
        for sleeper in waiting { sleeper.cancel() }
    }
}
