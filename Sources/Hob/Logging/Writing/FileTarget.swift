import HobSystem
import Synchronization

/// A file that is appended to, one write(2) per line, so that several processes may share it; or an open descriptor.
final class FileTarget: LogTarget {
    private struct State {
        var file: Descriptor
        /// The last line in it has no end.
        var isTorn = false
    }

    private let path: String?
    private let mode: UInt32
    private let state: Mutex<State>

    /// Opens or makes a file.
    init(path: String, mode: UInt32) throws(SystemError) {
        self.path = path
        self.mode = mode
        state = Mutex(State(file: try Self.open(path, mode)))
    }

    /// Writes to a copy of an open descriptor.
    init(descriptor: Int32) throws(SystemError) {
        path = nil
        mode = 0
        let shared = Descriptor(owning: descriptor)
        // It stays the caller's.
        defer { _ = shared.release() }
        state = Mutex(State(file: try shared.duplicate()))
    }

    func reopen() throws(SystemError) {
        guard let path else { return }
        let new = try Self.open(path, mode)
        // Lines of one sink are written by one thread, so none is under way now.
        state.withLock { $0 = State(file: new) }
    }

    func deliver(_ line: [UInt8]) -> LogDelivery {
        state.withLock { state in
            let bytes = state.isTorn ? [UInt8(ascii: "\n")] + line : line
            var done = 0
            let failure: SystemError? = bytes.withUnsafeBytes { buffer in
                do throws(SystemError) {
                    while done < buffer.count {
                        // A pipe that is full holds up this thread, and nobody else.
                        if let count = try state.file.write(UnsafeRawBufferPointer(rebasing: buffer[done...])) {
                            done += count
                        } else {
                            _ = state.file.waitWritable()
                        }
                    }
                    return nil
                } catch {
                    return error
                }
            }
            guard let failure else {
                state.isTorn = false
                return .written
            }
            if done > 0 { state.isTorn = bytes[done - 1] != UInt8(ascii: "\n") }
            let place = path ?? "file descriptor \(state.file.raw)"
            return .lost(SystemError.file("write to", place, failure.code).message)
        }
    }

    private static func open(_ path: String, _ mode: UInt32) throws(SystemError) -> Descriptor {
        // Without O_NONBLOCK a FIFO that nobody reads would hold up the start for ever.
        try Descriptor.open(path, flags: [.writeOnly, .create, .append, .nonBlocking], mode: mode)
    }
}
