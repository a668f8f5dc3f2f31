/// The bytes of one message, whose structure has been checked, and what reads single values from them.
final class DecodingSource {
    let depth: Int
    let userInfo: [CodingUserInfoKey: Any]
    private let bytes: [UInt8]

    init(bytes: [UInt8], depth: Int, userInfo: [CodingUserInfoKey: any Sendable]) {
        self.bytes = bytes
        self.depth = depth
        self.userInfo = userInfo
    }

    // MARK: Items

    /// The head of the item at an offset.
    func head(at offset: Int, _ path: @autoclosure () -> CodingPath) throws -> ItemHead {
        guard let head = bytes.withUnsafeBytes({ ItemHead($0, at: offset) }) else {
            // The check of the structure has let nothing through that leads here.
            throw corrupted(path(), "no value begins at byte \(offset)")
        }
        return head
    }

    /// Where the item at an offset ends.
    func end(of offset: Int) -> Int {
        bytes.withUnsafeBytes { bytes in
            var offset = offset
            var pending = 1
            while pending > 0, let head = ItemHead(bytes, at: offset) {
                pending -= 1
                offset = head.end
                switch head.type {
                case .bytes, .text: offset += Int(head.argument)
                case .array: pending += Int(head.argument)
                case .map: pending += 2 * Int(head.argument)
                case .unsigned, .negative, .tag, .simple: break
                }
            }
            return offset
        }
    }

    /// Whether the bytes of the range are this text.
    func isText(_ text: String, in range: Range<Int>) -> Bool {
        text.utf8.count == range.count && bytes[range].elementsEqual(text.utf8)
    }

    /// The text in the range; nil when it is not UTF-8.
    func text(in range: Range<Int>) -> String? {
        bytes.withUnsafeBytes { bytes in
            String(validating: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self)
        }
    }

    func isNull(at offset: Int) -> Bool { bytes[offset] == SimpleByte.null }

    // MARK: Values

    func bool(at offset: Int, _ path: @autoclosure () -> CodingPath) throws -> Bool {
        switch bytes[offset] {
        case SimpleByte.isTrue: return true
        case SimpleByte.isFalse: return false
        default: throw mismatch(Bool.self, try head(at: offset, path()), path())
        }
    }

    func integer<Value: FixedWidthInteger>(at offset: Int, _ path: @autoclosure () -> CodingPath) throws -> Value {
        let head = try head(at: offset, path())
        switch head.type {
        case .unsigned:
            if let value = Value(exactly: head.argument) { return value }
        case .negative:
            if head.argument <= UInt64(Int64.max), let value = Value(exactly: ~Int64(head.argument)) { return value }
        case .bytes, .text, .array, .map, .tag, .simple: throw mismatch(Value.self, head, path())
        }
        throw corrupted(path(), "\(head.name) does not fit in \(Value.self)")
    }

    func double(at offset: Int, _ path: @autoclosure () -> CodingPath) throws -> Double {
        let head = try head(at: offset, path())
        switch head.first {
        case SimpleByte.double: return Double(bitPattern: head.argument)
        case SimpleByte.float: return Double(Float(bitPattern: UInt32(head.argument)))
        case SimpleByte.half: return HalfPrecision.double(UInt16(head.argument))
        default: throw mismatch(Double.self, head, path())
        }
    }

    func float(at offset: Int, _ path: @autoclosure () -> CodingPath) throws -> Float {
        let head = try head(at: offset, path())
        if head.first == SimpleByte.float { return Float(bitPattern: UInt32(head.argument)) }
        let value = try double(at: offset, path())
        // What loses nothing: other encoders choose the width by the value.
        if value.isNaN { return .nan }
        guard let float = Float(exactly: value) else { throw corrupted(path(), "\(value) does not fit in Float") }
        return float
    }

    func string(at offset: Int, _ path: @autoclosure () -> CodingPath) throws -> String {
        let head = try head(at: offset, path())
        guard head.type == .text else { throw mismatch(String.self, head, path()) }
        guard let text = text(in: head.end..<head.end + Int(head.argument)) else {
            throw corrupted(path(), "the text is not UTF-8")
        }
        return text
    }

    /// The byte string at an offset; nil when something else is there.
    func content(at offset: Int, _ path: @autoclosure () -> CodingPath) throws -> [UInt8]? {
        let head = try head(at: offset, path())
        guard head.type == .bytes else { return nil }
        return Array(bytes[head.end..<head.end + Int(head.argument)])
    }

    /// A value of any type.
    func value<Value: Decodable>(
        _ type: Value.Type, at offset: Int, _ path: @autoclosure () -> CodingPath, depth: Int
    ) throws -> Value {
        // By type, as they were written. After each comparison the cast cannot fail.
        if type == String.self { return try string(at: offset, path()) as! Value }
        if type == Int.self { return try (integer(at: offset, path()) as Int) as! Value }
        if type == [UInt8].self, let content = try content(at: offset, path()) { return content as! Value }
        if type == Double.self { return try double(at: offset, path()) as! Value }
        if type == Bool.self { return try bool(at: offset, path()) as! Value }
        let path = path()
        guard depth <= self.depth else { throw corrupted(path, "it lies deeper than \(self.depth) containers") }
        return try Value(from: ValueDecoder(source: self, offset: offset, path: path, depth: depth))
    }

    // MARK: Errors

    func mismatch(_ type: any Any.Type, _ head: ItemHead, _ path: CodingPath) -> DecodingError {
        let message = "\(type) is wanted, and \(head.name) is there"
        let context = DecodingError.Context(codingPath: path.keys, debugDescription: message)
        return head.first == SimpleByte.null ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    func corrupted(_ path: CodingPath, _ message: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: path.keys, debugDescription: message))
    }
}
