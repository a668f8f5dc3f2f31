import Glibc
import HobSystem

/// A worker's stderr: passed on to ours, with its last lines kept for its end.
///
/// The report that Swift's runtime writes of a crash is passed on, too, but not kept: what was said before it tells why,
/// and would be pushed out by registers and addresses.
final class WorkerOutput {
    /// With these words the report begins; on a terminal with a picture.
    private static let reportBeginnings = ["\n*** Signal ", "\u{1F4A3} Program crashed"].map { Array($0.utf8) }
    private static let mostKept = 4096
    private static let mostLines = 20

    private let pipe: Descriptor
    private var kept = OutputBuffer(.tail(.init(bytes: Int64(WorkerOutput.mostKept))))
    private var isReporting = false
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
                keep(UnsafeMutableRawBufferPointer(rebasing: space[..<count]))
                ErrorForwarder.shared.forward(Array(space[..<count]))
            }
            return count
        }
    }

    private func keep(_ bytes: UnsafeMutableRawBufferPointer) {
        guard !isReporting else { return }
        let report = Self.reportBeginnings.compactMap { Self.start(of: $0, in: bytes) }.min()
        isReporting = report != nil
        kept.append(bytes[..<(report ?? bytes.count)])
    }

    /// Where the words begin; the worker may write much, so most bytes are only looked at by memchr(3).
    private static func start(of words: [UInt8], in bytes: UnsafeMutableRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress, let first = words.first else { return nil }
        var index = 0
        while index + words.count <= bytes.count, let found = memchr(base + index, Int32(first), bytes.count - index) {
            index = found - base
            guard index + words.count <= bytes.count else { return nil }
            if memcmp(found, words, words.count) == 0 { return index }
            index += 1
        }
        return nil
    }
}
