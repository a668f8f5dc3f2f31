/// A value or container while it is written.
///
/// How many elements a container has stands before them, but is known only at the end, and containers of one value may
/// be written in turns. So each keeps its own bytes, and the places where other containers lie between them.
final class EncodingNode {
    /// What it will be.
    enum Kind {
        /// One item; an empty map when nothing was written.
        case value
        case map
        case array
    }

    /// A state to return to when the element that was begun fails.
    struct Mark {
        fileprivate let bytes: Int
        fileprivate let children: Int
        fileprivate let count: Int
    }

    let kind: Kind
    /// How many elements there are, for a map: pairs.
    private(set) var count = 0
    private var bytes: [UInt8] = []
    private var children: [(offset: Int, node: EncodingNode)] = []

    init(_ kind: Kind) {
        self.kind = kind
    }

    var mark: Mark { Mark(bytes: bytes.count, children: children.count, count: count) }

    func restore(_ mark: Mark) {
        bytes.removeLast(bytes.count - mark.bytes)
        children.removeLast(children.count - mark.children)
        count = mark.count
    }

    var isEmpty: Bool { bytes.isEmpty && children.isEmpty }

    // MARK: Writing

    /// One more element follows; in a map its key comes first.
    func beginElement() { count += 1 }

    /// A container, or value to come, in this place.
    func append(_ child: EncodingNode) { children.append((bytes.count, child)) }

    func writeNull() { bytes.append(SimpleByte.null) }

    func write(_ value: Bool) { bytes.append(value ? SimpleByte.isTrue : SimpleByte.isFalse) }

    func write(_ value: Float) {
        bytes.append(SimpleByte.float)
        Self.append(UInt64(value.bitPattern), width: 4, to: &bytes)
    }

    func write(_ value: Double) {
        bytes.append(SimpleByte.double)
        Self.append(value.bitPattern, width: 8, to: &bytes)
    }

    func write(_ value: some FixedWidthInteger & SignedInteger) {
        let wide = Int64(truncatingIfNeeded: value)
        // The argument of a negative number is -1 minus it, which is its complement.
        if wide < 0 {
            Self.appendHead(.negative, UInt64(bitPattern: ~wide), to: &bytes)
        } else {
            Self.appendHead(.unsigned, UInt64(wide), to: &bytes)
        }
    }

    func write(_ value: some FixedWidthInteger & UnsignedInteger) {
        Self.appendHead(.unsigned, UInt64(truncatingIfNeeded: value), to: &bytes)
    }

    func write(_ text: String) {
        let utf8 = text.utf8
        Self.appendHead(.text, UInt64(utf8.count), to: &bytes)
        bytes.append(contentsOf: utf8)
    }

    func write(_ content: [UInt8]) {
        Self.appendHead(.bytes, UInt64(content.count), to: &bytes)
        bytes.append(contentsOf: content)
    }

    /// Writes the value without asking its type, when it is of one of the commonest.
    func writePrimitive<Value>(_ value: Value) -> Bool {
        // By type, never by `as?`: an empty [Int] would pass for a [UInt8]. After each comparison the cast cannot fail.
        if Value.self == String.self {
            write(value as! String)
        } else if Value.self == Int.self {
            write(value as! Int)
        } else if Value.self == [UInt8].self {
            write(value as! [UInt8])
        } else if Value.self == Double.self {
            write(value as! Double)
        } else if Value.self == Bool.self {
            write(value as! Bool)
        } else {
            return false
        }
        return true
    }

    // MARK: The whole

    /// How many bytes it takes.
    var size: Int {
        let body = children.reduce(bytes.count) { $0 + $1.node.size }
        switch kind {
        case .value: return max(1, body)
        case .map, .array: return Self.headSize(UInt64(count)) + body
        }
    }

    /// Its bytes.
    func serialized(size: Int) -> [UInt8] {
        if kind == .value, children.isEmpty, !bytes.isEmpty { return bytes }
        var output: [UInt8] = []
        output.reserveCapacity(size)
        serialize(to: &output)
        return output
    }

    private func serialize(to output: inout [UInt8]) {
        switch kind {
        case .value: if isEmpty { Self.appendHead(.map, 0, to: &output) }
        case .map: Self.appendHead(.map, UInt64(count), to: &output)
        case .array: Self.appendHead(.array, UInt64(count), to: &output)
        }
        var written = 0
        for (offset, child) in children {
            output.append(contentsOf: bytes[written..<offset])
            child.serialize(to: &output)
            written = offset
        }
        output.append(contentsOf: bytes[written...])
    }

    private static func headSize(_ argument: UInt64) -> Int {
        switch argument {
        case ..<24: 1
        case ...0xFF: 2
        case ...0xFFFF: 3
        case ...0xFFFF_FFFF: 5
        default: 9
        }
    }

    private static func appendHead(_ type: MajorType, _ argument: UInt64, to bytes: inout [UInt8]) {
        let first = type.rawValue << 5
        switch argument {
        case ..<24: bytes.append(first | UInt8(argument))
        case ...0xFF:
            bytes.append(first | 24)
            bytes.append(UInt8(argument))
        case ...0xFFFF:
            bytes.append(first | 25)
            append(argument, width: 2, to: &bytes)
        case ...0xFFFF_FFFF:
            bytes.append(first | 26)
            append(argument, width: 4, to: &bytes)
        default:
            bytes.append(first | 27)
            append(argument, width: 8, to: &bytes)
        }
    }

    private static func append(_ value: UInt64, width: Int, to bytes: inout [UInt8]) {
        for place in (0..<width).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> (UInt64(place) * 8))) }
    }
}
