import Glibc
import HobSystem
import HobTestKit
import Synchronization
import Testing

@testable import Hob

@Suite(.blocking) struct InstanceLockTests {
    @Test func `of many that take and remove the file at once, never two have it`() throws {
        let directory = try TestDirectory()
        let path = directory.path(of: "pid")
        let holders = Atomic(0)
        let most = Atomic(0)
        let taken = Atomic(0)
        let done = RunningThreads(4)
        for _ in 0..<4 {
            try Thread.start(name: "lock-test") {
                for _ in 0..<200 {
                    guard let lock = try? InstanceLock(path, writes: true) else { continue }
                    let now = holders.add(1, ordering: .sequentiallyConsistent).newValue
                    most.max(now, ordering: .sequentiallyConsistent)
                    taken.add(1, ordering: .relaxed)
                    // Long enough for another one to be noticed.
                    usleep(100)
                    // Before the file goes: whoever gets it then may have it.
                    holders.subtract(1, ordering: .sequentiallyConsistent)
                    lock.remove()
                }
                done.end()
            }
        }
        #expect(done.wait())
        #expect(taken.load(ordering: .relaxed) > 0)
        #expect(most.load(ordering: .relaxed) == 1)
    }

    /// Counts threads down.
    private final class RunningThreads: Sendable {
        private let monitor: Monitor<Int>

        init(_ count: Int) { monitor = Monitor(count) }

        func end() {
            monitor.withLock { $0 -= 1 }
            monitor.broadcast()
        }

        func wait() -> Bool {
            monitor.wait(until: MonotonicTime.now() + .seconds(60)) { $0 == 0 ? true : nil } ?? false
        }
    }
}
