/// Makes frames of the bytes of a stream, however they are cut.
struct FrameReader: Sendable {
    /// A frame that announces more than is allowed.
    struct Oversized: Error, Hashable {
        var announced: Int
        var limit: Int
    }

    private let limit: Int
    private var bytes: [UInt8] = []
    private var start = 0

    /// - Parameter limit: the most bytes a payload may have.
    init(limit: Int) {
        self.limit = limit
    }

    /// Whether the stream may end here.
    var isBetweenFrames: Bool { start == bytes.count }

    mutating func append(_ chunk: some Collection<UInt8>) {
        if start > 0, start == bytes.count || start > 1 << 16 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.append(contentsOf: chunk)
    }

    /// The next whole frame; nil when more bytes are needed.
    mutating func next() throws(Oversized) -> Frame? {
        guard bytes.count - start >= Frame.headerSize else { return nil }
        let length = Int(number(at: start, bytes: 4))
        guard length <= limit else { throw Oversized(announced: length, limit: limit) }
        let end = start + Frame.headerSize + length
        guard bytes.count >= end else { return nil }
        let frame = Frame(
            kind: bytes[start + 4], id: number(at: start + 5, bytes: 8),
            payload: Array(bytes[(start + Frame.headerSize)..<end]))
        start = end
        return frame
    }

    private func number(at position: Int, bytes count: Int) -> UInt64 {
        bytes[position..<(position + count)].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
