import Glibc
import HobSystem

/// Writes what workers say on stderr to ours, on a thread of its own: whoever reads ours may be slow.
final class ErrorForwarder: Sendable {
    private struct State {
        var queue = Deque<[UInt8]>()
        var bytes = 0
        var dropped = 0
        var isRunning = false
    }

    static let shared = ErrorForwarder()
    private static let mostBytes = 1 << 20

    private let monitor = Monitor(State())

    func forward(_ bytes: [UInt8]) {
        let isNew = monitor.withLock { state -> Bool in
            guard state.bytes + bytes.count <= Self.mostBytes else {
                state.dropped += bytes.count
                return false
            }
            state.queue.append(bytes)
            state.bytes += bytes.count
            defer { state.isRunning = true }
            return !state.isRunning
        }
        monitor.signal()
        guard isNew else { return }
        do throws(SystemError) {
            try Thread.start(name: "hob-stderr", stack: 128 * 1024) { self.work() }
        } catch {
            // The last lines are kept for the worker's end anyway.
            monitor.withLock { $0.isRunning = false }
        }
    }

    private func work() {
        let target = Descriptor(owning: 2)
        while true {
            let (bytes, dropped) = monitor.wait { state -> ([UInt8], Int)? in
                guard let bytes = state.queue.popFirst() else { return nil }
                state.bytes -= bytes.count
                defer { state.dropped = 0 }
                return (bytes, state.dropped)
            }
            // Nobody is left to be told when our stderr is closed.
            if dropped > 0 { try? target.writeAll("[\(dropped) bytes of workers' stderr dropped]\n") }
            try? target.writeAll(bytes)
        }
    }
}
