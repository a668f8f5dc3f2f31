import CHobSystem
import HobSystem
import Synchronization

/// What the control thread may ask, without waking the reader, of an instance's output.
package final class LogOutput: Sendable {
    /// The reader's description of the FIFO.
    let fifo: Descriptor
    private let isWithinLine: Atomic<Bool>

    /// - Parameter isWithinLine: whether what was read before, perhaps by an earlier life, may lack its line end.
    init(_ fifo: Descriptor, isWithinLine: Bool) {
        self.fifo = fifo
        self.isWithinLine = Atomic(isWithinLine)
    }

    /// Whether all that was written has been read, and ended its line.
    ///
    /// The FIFO is looked at first: the reader says that it is within a line before it takes bytes out.
    package var isSettled: Bool {
        invoke(.ioctl, { hob_available(fifo.raw) }) == 0 && !isWithinLine.load(ordering: .acquiring)
    }

    /// The reader is about to read, or knows how what it read ends.
    func setWithinLine(_ isWithinLine: Bool) {
        self.isWithinLine.store(isWithinLine, ordering: .releasing)
    }
}
