/// Finds frames in a stream of bytes, however it is cut.
///
/// A frame longer than allowed is passed over without being kept, so that its sender can be told which call it was.
package struct FrameDecoder {
    /// What it can find.
    package enum Finding: Hashable, Sendable {
        case frame(Frame)
        /// A frame of this id has so many bytes, too many; it is passed over.
        case oversized(id: UInt64, isCall: Bool, bytes: Int)
        /// The bytes are no frames; nothing more can be found.
        case malformed(String)
    }

    /// How many bytes a frame may have, without its length.
    package var limit: Int
    private var bytes: [UInt8] = []
    private var start = 0
    /// How many bytes of an oversized frame are still to come.
    private var skipping = 0
    private var isBroken = false

    /// A decoder at the beginning of a stream.
    package init(limit: Int) {
        self.limit = limit
    }

    /// How many bytes are kept for a frame that is not whole.
    package var kept: Int { bytes.count - start }

    /// Takes the next bytes of the stream.
    package mutating func append(_ chunk: UnsafeRawBufferPointer) {
        let passed = min(skipping, chunk.count)
        skipping -= passed
        if start > 0, start == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            start = 0
        } else if start > 1 << 16, start > bytes.count / 2 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: chunk[passed...]))
    }

    /// The next frame; nil when more bytes are needed.
    package mutating func next() -> Finding? {
        guard !isBroken, kept >= 4 else { return nil }
        let length = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        let least = FrameWriter.headSize - 4
        guard length >= least else { return broken("a frame says it has \(length) bytes, and \(least) are the least") }
        if length > limit {
            guard kept >= 4 + least else { return nil }
            let isCall = bytes[start + 4] == FrameKind.call.rawValue
            let id = bytes[start + 5..<start + 13].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let passed = min(kept, 4 + length)
            start += passed
            skipping = 4 + length - passed
            return .oversized(id: id, isCall: isCall, bytes: length)
        }
        guard kept >= 4 + length else { return nil }
        let range = start + 4..<start + 4 + length
        start = range.upperBound
        let result: Result<Frame, FrameFault> = bytes.withUnsafeBytes { all in
            var reader = FrameReader(UnsafeRawBufferPointer(rebasing: all[range]))
            do throws(FrameFault) { return .success(try reader.frame()) } catch { return .failure(error) }
        }
        switch result {
        case .success(let frame): return .frame(frame)
        case .failure(let fault): return broken(fault.message)
        }
    }

    private mutating func broken(_ message: String) -> Finding {
        isBroken = true
        bytes = []
        start = 0
        return .malformed(message)
    }
}
