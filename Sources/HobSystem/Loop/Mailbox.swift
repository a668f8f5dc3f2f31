import CHobSystem
import Glibc
import Synchronization

/// Hands closures to an ``EventLoop`` from any thread.
package final class Mailbox: Sendable {
    let descriptor: Descriptor
    private let letters = Mutex<[@Sendable () -> Void]>([])

    init() throws(SystemError) {
        descriptor = try Descriptor.eventCounter()
    }

    /// Runs the body on the loop's thread, after those posted before it.
    package func post(_ body: @escaping @Sendable () -> Void) {
        let isFirst = letters.withLock { letters in
            letters.append(body)
            return letters.count == 1
        }
        if isFirst { wake() }
    }

    /// Wakes the loop.
    package func wake() {
        var one: UInt64 = 1
        // A full counter is a wake-up that is pending already.
        _ = write(descriptor.raw, &one, 8)
    }

    func deliver() {
        var count: UInt64 = 0
        _ = read(descriptor.raw, &count, 8)
        let batch = letters.withLock { letters in
            defer { letters = [] }
            return letters
        }
        for letter in batch { letter() }
    }
}
