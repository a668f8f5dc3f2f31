import HobPolicy

/// Changes bytes a little, the same way for the same seed; for runs that must be short and repeatable.
package struct Mutator: Sendable {
    private var random: SplitMix64
    private static let interesting =
        Array("{}[]:,&*?-!|>'\"%@`#$\\ \n\t\r~<=.0".utf8) + [0x00, 0x7F, 0x80, 0xC2, 0xC3, 0xE2, 0xED, 0xF4, 0xFF]

    /// A mutator that always does the same.
    package init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    /// A variation of the bytes, in which pieces of the other seed may turn up.
    package mutating func mutated(_ original: [UInt8], with other: [UInt8]) -> [UInt8] {
        var bytes = original.isEmpty ? [0x61] : original
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let index = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[index] = Self.interesting.randomElement(using: &random) ?? 0
            case 2: bytes.insert(Self.interesting.randomElement(using: &random) ?? 0, at: index)
            case 3: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...12, using: &random)))
            case 4: bytes.insert(contentsOf: piece(of: bytes), at: index)
            case 5: bytes.insert(contentsOf: piece(of: other), at: index)
            default:
                // Numbers at the edges of their types.
                let numbers = [
                    "9223372036854775807", "-9223372036854775808", "18446744073709551616", "1e999", "-0", "0",
                ]
                bytes.insert(contentsOf: (numbers.randomElement(using: &random) ?? "0").utf8, at: index)
            }
            if bytes.isEmpty { bytes = [0x61] }
        }
        return bytes
    }

    private mutating func piece(of bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        let start = Int.random(in: bytes.indices, using: &random)
        return Array(bytes[start..<min(bytes.count, start + Int.random(in: 1...40, using: &random))])
    }
}
