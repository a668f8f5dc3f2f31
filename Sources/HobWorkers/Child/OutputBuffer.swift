/// Keeps the head or the tail of a stream of bytes.
struct OutputBuffer {
    private let limit: OutputLimit
    private var kept: [UInt8] = []
    private(set) var total = 0

    init(_ limit: OutputLimit) {
        self.limit = limit
    }

    mutating func append(_ chunk: some Collection<UInt8>) {
        total += chunk.count
        switch limit.part {
        case .head: kept.append(contentsOf: chunk.prefix(limit.bytes - kept.count))
        case .tail:
            kept.append(contentsOf: chunk)
            // Cut when twice too long, so that each byte moves once on average.
            if kept.count > 2 * limit.bytes + 4096 { kept.removeFirst(kept.count - limit.bytes) }
        }
    }

    var captured: CapturedBytes {
        switch limit.part {
        case .head: CapturedBytes(bytes: kept, cutBefore: 0, cutAfter: total - kept.count)
        case .tail:
            CapturedBytes(
                bytes: Array(kept.suffix(limit.bytes)), cutBefore: max(0, total - limit.bytes), cutAfter: 0)
        }
    }
}
