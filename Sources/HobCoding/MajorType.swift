/// The eight kinds of item of CBOR (RFC 8949, section 3.1): the upper three bits of an item's first byte.
///
///     [type:3 info:5] [argument: 0, 1, 2, 4 or 8 bytes, big-endian] [content]
///
/// Info below 24 is the argument itself, 24 to 27 say how many bytes it has. Lengths are always definite here.
enum MajorType: UInt8 {
    case unsigned = 0
    case negative
    case bytes
    case text
    case array
    case map
    case tag
    case simple
}

/// First bytes of the kind `simple` that stand for a value themselves, or for a number behind them.
enum SimpleByte {
    static let isFalse: UInt8 = 0xF4
    static let isTrue: UInt8 = 0xF5
    static let null: UInt8 = 0xF6
    static let half: UInt8 = 0xF9
    static let float: UInt8 = 0xFA
    static let double: UInt8 = 0xFB
}
