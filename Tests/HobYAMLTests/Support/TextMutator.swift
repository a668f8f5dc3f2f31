import HobPolicy

/// Changes texts a little, the same way for the same seed.
struct TextMutator {
    private var random: SplitMix64
    private static let interesting = Array("{}[]:,&*?-!|>'\"%@`#$\\ \n\t\r~<=.0aé".utf8)

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    /// A variation of a text, in which pieces of another may turn up.
    mutating func mutated(_ original: [UInt8], with other: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let index = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where index < bytes.count:
                bytes[index] = Self.interesting[Int.random(in: Self.interesting.indices, using: &random)]
            case 1: bytes.insert(Self.interesting[Int.random(in: Self.interesting.indices, using: &random)], at: index)
            case 2: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...12, using: &random)))
            case 3: bytes.insert(contentsOf: piece(of: bytes), at: index)
            case 4: bytes.insert(contentsOf: piece(of: other), at: index)
            default:
                // Indentation is what goes wrong most.
                let start = bytes[..<index].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
                if start < bytes.count, bytes[start] == 0x20, Bool.random(using: &random) {
                    bytes.remove(at: start)
                } else {
                    bytes.insert(0x20, at: start)
                }
            }
        }
        return bytes
    }

    /// A part of a text that begins and ends with lines.
    mutating func excerpt(of bytes: [UInt8], upTo count: Int) -> [UInt8] {
        let start = bytes.isEmpty ? 0 : Int.random(in: bytes.indices, using: &random)
        let line = bytes[..<start].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return Array(bytes[line...].prefix(count))
    }

    private mutating func piece(of bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        let start = Int.random(in: bytes.indices, using: &random)
        return Array(bytes[start..<min(bytes.count, start + Int.random(in: 1...30, using: &random))])
    }
}
