/// Cuts a stream of bytes into lines, and refuses a line that grows beyond a bound.
package struct LineFramer: Sendable {
    /// What came of some bytes.
    package enum Frame: Hashable, Sendable {
        /// A whole line, without its end.
        case line([UInt8])
        /// The line is longer than allowed; the stream cannot be trusted any more.
        case tooLong
    }

    /// The longest line, in bytes.
    package let limit: Int
    private var pending: [UInt8] = []
    private var isBroken = false

    /// Makes a framer.
    package init(limit: Int = 1 << 20) {
        self.limit = limit
    }

    /// Whether part of a line is waiting for its end.
    package var hasPartialLine: Bool { !pending.isEmpty }

    /// Takes bytes in and returns the lines they complete; after `tooLong` nothing more comes.
    package mutating func receive(_ bytes: some Sequence<UInt8>) -> [Frame] {
        if let frames = bytes.withContiguousStorageIfAvailable({ receive(contiguous: $0) }) { return frames }
        return Array(bytes).withUnsafeBufferPointer { receive(contiguous: $0) }
    }

    private mutating func receive(contiguous bytes: UnsafeBufferPointer<UInt8>) -> [Frame] {
        guard !isBroken else { return [] }
        var frames: [Frame] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 0x0A)
            let part = rest[..<(end ?? rest.endIndex)]
            guard pending.count + part.count <= limit else {
                isBroken = true
                pending = []
                frames.append(.tooLong)
                break
            }
            pending.append(contentsOf: part)
            guard let end else { break }
            frames.append(.line(pending))
            pending = []
            rest = rest[(end + 1)...]
        }
        return frames
    }
}
