/// A container of values in a row: an array.
struct ArrayDecoding: UnkeyedDecodingContainer {
    private let source: DecodingSource
    private let path: CodingPath
    private let depth: Int
    private let total: Int
    private var offset: Int
    private(set) var currentIndex = 0

    init(_ source: DecodingSource, at offset: Int, _ path: CodingPath, depth: Int) throws {
        let head = try source.head(at: offset, path)
        guard head.type == .array else { throw source.mismatch([Any].self, head, path) }
        self.source = source
        self.path = path
        self.depth = depth
        total = Int(head.argument)
        self.offset = head.end
    }

    var codingPath: [any CodingKey] { path.keys }
    var count: Int? { total }
    var isAtEnd: Bool { currentIndex >= total }

    private func element(_ index: Int) -> CodingPath { path.appending(ElementKey(index)) }

    /// Reads the next element; only one that could be read is passed.
    private mutating func next<Value>(
        _ read: (_ offset: Int, _ path: @autoclosure () -> CodingPath) throws -> Value
    ) throws -> Value {
        guard !isAtEnd else {
            let context = DecodingError.Context(
                codingPath: element(currentIndex).keys, debugDescription: "the array has only \(total) elements")
            throw DecodingError.valueNotFound(Value.self, context)
        }
        let value = try read(offset, element(currentIndex))
        offset = source.end(of: offset)
        currentIndex += 1
        return value
    }

    private mutating func integer<Value: FixedWidthInteger>() throws -> Value {
        try next { [source] offset, path in try source.integer(at: offset, path()) }
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd else { return try next { _, _ in false } }
        guard source.isNull(at: offset) else { return false }
        return try next { _, _ in true }
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool {
        try next { [source] offset, path in try source.bool(at: offset, path()) }
    }

    mutating func decode(_ type: String.Type) throws -> String {
        try next { [source] offset, path in try source.string(at: offset, path()) }
    }

    mutating func decode(_ type: Double.Type) throws -> Double {
        try next { [source] offset, path in try source.double(at: offset, path()) }
    }

    mutating func decode(_ type: Float.Type) throws -> Float {
        try next { [source] offset, path in try source.float(at: offset, path()) }
    }

    mutating func decode(_ type: Int.Type) throws -> Int { try integer() }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try integer() }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try next { [source, depth] offset, path in try source.value(type, at: offset, path(), depth: depth) }
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try decoder().unkeyedContainer() }

    mutating func superDecoder() throws -> any Decoder { try decoder() }

    private mutating func decoder() throws -> ValueDecoder {
        try next { [source, depth] offset, path in
            ValueDecoder(source: source, offset: offset, path: path(), depth: depth)
        }
    }
}
