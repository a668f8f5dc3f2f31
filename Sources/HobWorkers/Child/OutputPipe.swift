import HobSystem

/// Our end of a pipe that a child writes to; it belongs to the work loop's thread.
final class OutputPipe {
    private static let chunk = 64 * 1024
    /// What is read at most when the child has ended: its pipe holds no more, and others may go on writing for ever.
    private static let mostChunksAtTheEnd = 32

    private let descriptor: Descriptor
    private var buffer: OutputBuffer
    private var loop: EventLoop?
    private var watch: Watch?

    init(_ descriptor: Descriptor, _ limit: OutputLimit) {
        self.descriptor = descriptor
        buffer = OutputBuffer(limit)
    }

    var captured: CapturedBytes { buffer.captured }

    func follow(on loop: EventLoop) throws(SystemError) {
        self.loop = loop
        watch = try loop.watch(descriptor.raw, events: .read) { [unowned self] _ in
            if read() == .end { close() }
        }
    }

    /// Reads what is there.
    func drain() {
        for _ in 0..<Self.mostChunksAtTheEnd where !descriptor.isClosed {
            guard read() == .some else { return }
        }
    }

    func close() {
        if let watch { loop?.cancel(watch) }
        watch = nil
        descriptor.close()
    }

    private enum Found {
        case some, nothing, end
    }

    private func read() -> Found {
        withUnsafeTemporaryAllocation(byteCount: Self.chunk, alignment: 16) { space in
            do throws(SystemError) {
                guard let count = try descriptor.read(into: space) else { return .nothing }
                buffer.append(space[..<count])
                return count > 0 ? .some : .end
            } catch {
                // A pipe of our own cannot fail but by being closed.
                return .end
            }
        }
    }
}
