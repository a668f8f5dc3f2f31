import Glibc
import HobSupervisorCore
package import HobSystem

/// hobd's own few lines, to standard error, which `hob` connects with `hobd.log`.
package enum DaemonLog {
    private struct State {
        var lines: [[UInt8]] = []
        var isRunning = false
        var isWriting = false
        var skipped = 0
    }

    /// More lines than this wait for no disk.
    private static let mostLines = 256
    private static let monitor = Monitor(State())

    /// Writes one line; once ``begin()`` was called without waiting for the disk that it goes to.
    package static func write(_ message: String) {
        var stamp = LogTimestamp()
        stamp.set(milliseconds: Clock.wallMilliseconds)
        let line = Array((stamp.text + "hobd: \(message)\n").utf8)
        let isQueued = monitor.withLock { state -> Bool in
            guard state.isRunning else { return false }
            if state.lines.count < mostLines { state.lines.append(line) } else { state.skipped += 1 }
            return true
        }
        if isQueued { monitor.broadcast() } else { put(line) }
    }

    /// From now on a thread of its own does the writing: the control thread must not wait for a disk.
    package static func begin() throws(SystemError) {
        monitor.withLock { $0.isRunning = true }
        do throws(SystemError) {
            try Thread.start(name: "daemon-log", stack: 128 * 1024) { work() }
        } catch {
            monitor.withLock { $0.isRunning = false }
            throw error
        }
    }

    /// Waits until all is written, but not for ever.
    package static func finish(within limit: Duration = .seconds(1)) {
        _ = monitor.wait(until: .now() + limit) { state in state.lines.isEmpty && !state.isWriting ? true : nil }
    }

    private static func work() {
        while true {
            let (lines, skipped) = monitor.wait { state -> ([[UInt8]], Int)? in
                state.isWriting = false
                guard !state.lines.isEmpty else { return nil }
                defer { (state.lines, state.skipped, state.isWriting) = ([], 0, true) }
                return (state.lines, state.skipped)
            }
            for line in lines { put(line) }
            if skipped > 0 { put(Array("hobd: \(skipped) more lines were not written: the disk was too slow\n".utf8)) }
            monitor.withLock { $0.isWriting = false }
            monitor.broadcast()
        }
    }

    private static func put(_ line: [UInt8]) {
        // Nobody is left to tell when our own log cannot be written.
        _ = line.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
