import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct SignalWatcherTests {
    @Test func `a blocked signal comes by descriptor, with its sender`() async {
        await #expect(processExitsWith: .success) {
            // Threads exist already in a test process, so the signal goes to this thread alone.
            try SignalWatcher.block([.user1, .child])
            let watcher = try SignalWatcher([.user1])
            #expect(try watcher.next() == nil)
            pthread_kill(pthread_self(), SIGUSR1)
            let received = try watcher.next()
            #expect(received?.signal == .user1)
            #expect(received?.sender == getpid())
            #expect(try watcher.next() == nil)
        }
    }
}
