import Synchronization
import Testing

@testable import Hob

@Suite("A sleeper", .blocking)
struct SleeperTests {
    @Test("one that is woken before it sleeps does not sleep")
    func early() async throws {
        let sleeper = Sleeper()
        sleeper.wake()
        try await sleeper.sleep(begin: { Issue.record("it began") }, end: {})
    }

    @Test("one whose task was cancelled before does not begin, and says so")
    func cancelled() async {
        let sleeper = Sleeper()
        let (started, starter) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            for await _ in started {}
            try await sleeper.sleep(begin: { Issue.record("it began") }, end: {})
        }
        task.cancel()
        starter.finish()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(sleeper.isAwake)
    }

    @Test("the first of two wakings counts")
    func twice() async throws {
        let sleeper = Sleeper()
        try await sleeper.sleep(
            begin: {
                sleeper.wake()
                sleeper.wake(isCancelled: true)
            }, end: {})
    }
}
