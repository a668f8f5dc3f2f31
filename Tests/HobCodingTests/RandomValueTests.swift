import Glibc
import HobCoding
import HobPolicy
import Testing

/// Random values there and back, and their bytes with errors in them.
@Suite struct RandomValueTests {
    /// Any value that a message can hold.
    private indirect enum Value: Codable, Equatable {
        case bool(Bool)
        case number(Int64)
        case byte(UInt8)
        case fraction(Double)
        case text(String)
        case bytes([UInt8])
        case list([Value])
        case fields([String: Value])
        case numbered([Int: Value?])
        case sample(Sample)

        static func random(_ generator: inout SplitMix64, depth: Int) -> Value {
            let count = Int.random(in: 0...4, using: &generator)
            switch Int.random(in: 0..<(depth > 0 ? 10 : 6), using: &generator) {
            case 0: return .bool(.random(using: &generator))
            case 1:
                return .number(
                    Int64(truncatingIfNeeded: generator.next() >> UInt64.random(in: 0..<64, using: &generator)))
            case 2: return .byte(.random(in: 0...255, using: &generator))
            case 3: return .fraction(.random(in: -1e9...1e9, using: &generator))
            case 4: return .text(text(&generator))
            case 5: return .bytes((0..<count * 9).map { _ in .random(in: 0...255, using: &generator) })
            case 6: return .list((0..<count).map { _ in random(&generator, depth: depth - 1) })
            case 7:
                let pairs = (0..<count * 6).map { _ in (text(&generator), random(&generator, depth: depth - 2)) }
                return .fields(Dictionary(pairs) { $1 })
            case 8:
                let pairs = (0..<count).map { _ in
                    (Int.random(in: -9...9, using: &generator), Value?.some(random(&generator, depth: depth - 1)))
                }
                return .numbered(Dictionary(pairs) { $1 })
            default:
                return .sample(Sample(name: text(&generator), size: count == 0 ? nil : count, parts: [nil, [count]]))
            }
        }

        private static func text(_ generator: inout SplitMix64) -> String {
            String(
                (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                    "aé🐘z\n\"".randomElement(using: &generator) ?? "a"
                })
        }
    }

    private static let seed = getenv("HOB_SEED").flatMap { UInt64(String(cString: $0)) } ?? 20_261

    @Test func `any value comes back as it was`() throws {
        for round in 0..<UInt64(1_000) {
            var generator = SplitMix64(seed: Self.seed &+ round)
            let value = Value.random(&generator, depth: 6)
            let bytes = try MessageEncoder().encode(value)
            let back = try MessageDecoder().decode(Value.self, from: bytes)
            #expect(back == value, "HOB_SEED=\(Self.seed &+ round)")
        }
    }

    @Test func `changed or cut bytes are an error or another value, and never a trap`() throws {
        var refused = 0
        for round in 0..<UInt64(3_000) {
            var generator = SplitMix64(seed: Self.seed &+ round)
            var bytes = try MessageEncoder().encode(Value.random(&generator, depth: 4))
            for _ in 0...Int.random(in: 0...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = .random(in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
            if (try? MessageDecoder().decode(Value.self, from: bytes)) == nil { refused += 1 }
        }
        #expect(refused > 1_000)
    }
}
