import HobTestKit
import Testing

@testable import HobTasks

@Suite(.timeLimit(.minutes(1))) struct EveryTests {
    private let clock = ManualClock()

    @Test func `row 50: a loop over ticks has its first turn at once`() async throws {
        let times = Notes<Duration>()
        let clock = clock
        async let end: Void = {
            for try await _ in every(.seconds(5), maximumRuns: 3, clock: clock) { times.add(clock.now.offset) }
        }()
        for _ in 2...3 { await clock.advanceToNextWaking() }
        try await end
        #expect(times.all == [.zero, .seconds(5), .seconds(10)])
    }

    @Test(arguments: [0, -1]) func `row 52: a maximum of no turns is told by the first of them`(_ maximum: Int) async {
        var iterator = every(.seconds(1), maximumRuns: maximum, clock: clock).makeAsyncIterator()
        await #expect(throws: TaskError.self) { _ = try await iterator.next() }
    }

    @Test func `cancellation ends the loop without an error`() async throws {
        let clock = clock
        let task = Task {
            var count = 0
            for try await tick in every(.seconds(5), clock: clock) { count = tick.number }
            return count
        }
        _ = await clock.nextWaking()
        task.cancel()
        #expect(try await task.value == 1)
    }

    @Test func `a graceful shutdown ends the loop`() async throws {
        let (stop, stopper) = AsyncStream.makeStream(of: Void.self)
        let clock = clock
        async let count = {
            var count = 0
            let ticks = every(.seconds(5), clock: clock, until: { for await _ in stop { break } })
            for try await tick in ticks { count = tick.number }
            return count
        }()
        await clock.advanceToNextWaking()
        _ = await clock.nextWaking()
        stopper.finish()
        #expect(try await count == 2)
    }
}
