import HobAMQPCore
import HobPolicy

extension FixedWidthInteger {
    static func sample(using random: inout SplitMix64) -> Self {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: .max
        case 1: .min
        default: Self(truncatingIfNeeded: random.next())
        }
    }
}

extension Bool {
    static func sample(using random: inout SplitMix64) -> Bool { Bool.random(using: &random) }
}

extension String {
    static func sample(using random: inout SplitMix64) -> String {
        let letters: [Character] = ["a", "Z", "0", ".", "#", "ä", "日", "\u{0}", "😀"]
        let length = Int.random(in: 0..<4, using: &random) == 0 ? 63 : Int.random(in: 0..<12, using: &random)
        return String((0..<length).map { _ in letters.randomElement(using: &random) ?? "a" })
    }
}

extension [UInt8] {
    static func sample(using random: inout SplitMix64) -> [UInt8] {
        (0..<Int.random(in: 0..<40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}

extension AMQPTable {
    static func sample(using random: inout SplitMix64) -> AMQPTable { sample(depth: 0, using: &random) }

    static func sample(depth: Int, using random: inout SplitMix64) -> AMQPTable {
        AMQPTable(
            (0..<Int.random(in: 0..<5, using: &random)).map { _ in
                (String.sample(using: &random), AMQPValue.sample(depth: depth + 1, using: &random))
            })
    }
}

extension AMQPValue {
    static func sample(depth: Int, using random: inout SplitMix64) -> AMQPValue {
        switch Int.random(in: 0..<(depth > 4 ? 16 : 19), using: &random) {
        case 0: .bool(.sample(using: &random))
        case 1: .int8(.sample(using: &random))
        case 2: .uint8(.sample(using: &random))
        case 3: .int16(.sample(using: &random))
        case 4: .uint16(.sample(using: &random))
        case 5: .int32(.sample(using: &random))
        case 6: .uint32(.sample(using: &random))
        case 7: .int64(.sample(using: &random))
        case 8: .uint64(.sample(using: &random))
        case 9: .float(Float(Int16.sample(using: &random)) / 7)
        case 10: .double(Double(Int32.sample(using: &random)) / 7)
        case 11: .decimal(scale: .sample(using: &random), value: .sample(using: &random))
        case 12: .string(.sample(using: &random))
        case 13: .text([0xFF, 0xFE])
        case 14: .timestamp(.sample(using: &random))
        case 15: .bytes(.sample(using: &random))
        case 16: .void
        case 17:
            .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in .sample(depth: depth + 1, using: &random) })
        default: .table(.sample(depth: depth, using: &random))
        }
    }
}

extension AMQPProperties {
    static func sample(using random: inout SplitMix64) -> AMQPProperties {
        var properties = AMQPProperties()
        if .random(using: &random) { properties.contentType = .sample(using: &random) }
        if .random(using: &random) { properties.contentEncoding = .sample(using: &random) }
        if .random(using: &random) { properties.headers = .sample(using: &random) }
        if .random(using: &random) { properties.deliveryMode = .persistent }
        if .random(using: &random) { properties.priority = .sample(using: &random) }
        if .random(using: &random) { properties.correlationID = .sample(using: &random) }
        if .random(using: &random) { properties.replyTo = .sample(using: &random) }
        if .random(using: &random) { properties.expiration = .sample(using: &random) }
        if .random(using: &random) { properties.messageID = .sample(using: &random) }
        if .random(using: &random) { properties.timestamp = .sample(using: &random) }
        if .random(using: &random) { properties.type = .sample(using: &random) }
        if .random(using: &random) { properties.userID = .sample(using: &random) }
        if .random(using: &random) { properties.appID = .sample(using: &random) }
        if .random(using: &random) { properties.clusterID = .sample(using: &random) }
        return properties
    }
}

/// The seed of a run by chance: HOB_SEED's job is done by the number printed with a failure.
func seeded(_ salt: UInt64) -> SplitMix64 { SplitMix64(seed: 20_260_000 + salt) }
