/// Where frames end in what was recorded.
enum FrameBoundaries {
    /// The offsets behind each frame, and 0; a client's protocol header counts as one.
    static func of(_ bytes: [UInt8]) -> [Int] {
        var offset = bytes.starts(with: Array("AMQP".utf8)) ? 8 : 0
        var boundaries = Set([0, offset])
        while offset + 8 <= bytes.count {
            let size = bytes[(offset + 3)..<(offset + 7)].reduce(0) { $0 << 8 | Int($1) }
            offset += size + 8
            boundaries.insert(min(offset, bytes.count))
        }
        return boundaries.sorted()
    }
}
