import HobSystem

/// A worker's stderr: passed on to ours, with its last lines kept for its end.
final class WorkerOutput {
    private static let mostKept = 4096
    private static let mostLines = 20

    private let pipe: Descriptor
    private var kept = OutputBuffer(.tail(.init(bytes: Int64(WorkerOutput.mostKept))))
    private let loop: EventLoop
    private var watch: Watch?

    init(_ pipe: Descriptor, on loop: EventLoop) throws(SystemError) {
        self.pipe = pipe
        self.loop = loop
        try pipe.setNonBlocking(true)
        watch = try loop.watch(pipe.raw, events: .read) { [weak self] _ in
            if self?.read() == 0 { self?.close() }
        }
    }

    /// The last lines, after what is there still was read.
    func lastLines() -> String {
        for _ in 0..<16 where !pipe.isClosed { guard let count = read(), count > 0 else { break } }
        let lines = kept.captured.text.split(separator: "\n").suffix(Self.mostLines)
        return lines.joined(separator: "\n")
    }

    func close() {
        if let watch { loop.cancel(watch) }
        watch = nil
        pipe.close()
    }

    /// How many bytes it has read; nil when there are none yet.
    private func read() -> Int? {
        withUnsafeTemporaryAllocation(byteCount: 16 * 1024, alignment: 16) { space in
            // A pipe of our own cannot fail but by being closed.
            guard let count = try? pipe.read(into: space) else { return pipe.isClosed ? 0 : nil }
            if count > 0 {
                kept.append(space[..<count])
                ErrorForwarder.shared.forward(Array(space[..<count]))
            }
            return count
        }
    }
}
