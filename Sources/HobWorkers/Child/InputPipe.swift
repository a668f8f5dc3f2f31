import HobSystem

/// Our end of a pipe that a child reads from; it belongs to the work loop's thread, on which SIGPIPE is blocked.
final class InputPipe {
    private let descriptor: Descriptor
    private let bytes: [UInt8]
    private var done = 0
    private var loop: EventLoop?
    private var watch: Watch?

    init(_ descriptor: Descriptor, _ bytes: [UInt8]) {
        self.descriptor = descriptor
        self.bytes = bytes
    }

    func follow(on loop: EventLoop) throws(SystemError) {
        self.loop = loop
        watch = try loop.watch(descriptor.raw, events: .write) { [unowned self] _ in write() }
    }

    func close() {
        if let watch { loop?.cancel(watch) }
        watch = nil
        descriptor.close()
    }

    private func write() {
        while done < bytes.count {
            var written: Int?
            do {
                written = try bytes.withUnsafeBytes { buffer in
                    try descriptor.write(UnsafeRawBufferPointer(rebasing: buffer[done...]))
                }
            } catch {
                // It reads no more, which is its own business.
                return close()
            }
            guard let written else { return }
            done += written
        }
        close()
    }
}
