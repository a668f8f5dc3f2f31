import CHobSystem
import Glibc
import Synchronization

/// Owns one file descriptor and closes it with its last reference.
///
/// `close()` may be called at any time and any number of times; who still uses `raw` on another thread then must
/// hold the descriptor instead.
package final class Descriptor: Sendable {
    private let number: Atomic<Int32>

    /// Takes over an open descriptor.
    package init(owning raw: Int32) {
        number = Atomic(raw)
    }

    deinit {
        close()
    }

    /// The number, or -1 once closed.
    package var raw: Int32 { number.load(ordering: .relaxed) }

    /// Whether it has been closed.
    package var isClosed: Bool { raw < 0 }

    /// Closes it now; later calls do nothing.
    package func close() {
        let old = number.exchange(-1, ordering: .acquiringAndReleasing)
        // No retry on EINTR: Linux has freed the number already, and it may be somebody else's by then.
        if old >= 0 { _ = Glibc.close(old) }
    }

    /// Gives the number away: the caller owns it from now on.
    package func release() -> Int32 {
        number.exchange(-1, ordering: .acquiringAndReleasing)
    }

    /// A second descriptor of the same open file description, close-on-exec, numbered `lowest` or above.
    package func duplicate(lowest: Int32 = 3) throws(SystemError) -> Descriptor {
        let copy = invoke(.dup) { hob_dup_cloexec(raw, lowest) }
        guard copy >= 0 else { throw .descriptor("a copy of file descriptor \(raw)", -copy) }
        return Descriptor(owning: copy)
    }

    /// Sets or clears O_NONBLOCK, which belongs to the open file description and so to everyone who shares it.
    package func setNonBlocking(_ on: Bool) throws(SystemError) {
        let result = invoke(.fcntl) { hob_set_non_blocking(raw, on ? 1 : 0) }
        guard result >= 0 else { throw .transfer("set the flags of", raw, -result) }
    }

    /// Sets or clears close-on-exec; every descriptor made by this module has it set.
    package func setCloseOnExec(_ on: Bool) throws(SystemError) {
        let result = invoke(.fcntl) { hob_set_cloexec(raw, on ? 1 : 0) }
        guard result >= 0 else { throw .transfer("set the flags of", raw, -result) }
    }
}
