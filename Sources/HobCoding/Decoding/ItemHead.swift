/// The beginning of an item: what it is, and its argument.
struct ItemHead {
    var type: MajorType
    /// The first byte.
    var first: UInt8
    /// The number, the length, or how many elements follow.
    var argument: UInt64
    /// Where the content begins.
    var end: Int

    /// Reads the head at an offset; nil when the bytes end before it does, or when its form is not used here.
    init?(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        guard offset < bytes.count else { return nil }
        first = bytes[offset]
        // Three bits have eight values, each a kind.
        guard let type = MajorType(rawValue: first >> 5) else { return nil }
        self.type = type
        let info = first & 0x1F
        switch info {
        case ..<24:
            argument = UInt64(info)
            end = offset + 1
        case 24...27:
            let width = 1 << Int(info - 24)
            guard width <= bytes.count - offset - 1 else { return nil }
            var value: UInt64 = 0
            for place in 1...width { value = value << 8 | UInt64(bytes[offset + place]) }
            argument = value
            end = offset + 1 + width
        default: return nil
        }
    }

    /// What a person calls it.
    var name: String {
        switch type {
        case .unsigned: "the number \(argument)"
        case .negative: argument <= UInt64(Int64.max) ? "the number \(~Int64(argument))" : "a large negative number"
        case .bytes: "\(argument) bytes"
        case .text: "a text"
        case .array: "an array of \(argument)"
        case .map: "a map of \(argument)"
        case .tag: "a tag"
        case .simple:
            switch first {
            case SimpleByte.isFalse: "false"
            case SimpleByte.isTrue: "true"
            case SimpleByte.null: "null"
            default: "a floating-point number"
            }
        }
    }
}
