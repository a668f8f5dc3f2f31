/// What a type's `init(from:)` gets: one value to be read, as a container or by itself.
struct ValueDecoder: Decoder, SingleValueDecodingContainer {
    let source: DecodingSource
    let offset: Int
    let path: CodingPath
    let depth: Int

    var codingPath: [any CodingKey] { path.keys }
    var userInfo: [CodingUserInfoKey: Any] { source.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(
            MapDecoding<Key>(index: try MapIndex(source, at: offset, path), path: path, depth: depth + 1))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try ArrayDecoding(source, at: offset, path, depth: depth + 1)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    // MARK: A value by itself

    func decodeNil() -> Bool { source.isNull(at: offset) }
    func decode(_ type: Bool.Type) throws -> Bool { try source.bool(at: offset, path) }
    func decode(_ type: String.Type) throws -> String { try source.string(at: offset, path) }
    func decode(_ type: Double.Type) throws -> Double { try source.double(at: offset, path) }
    func decode(_ type: Float.Type) throws -> Float { try source.float(at: offset, path) }
    func decode(_ type: Int.Type) throws -> Int { try source.integer(at: offset, path) }
    func decode(_ type: Int8.Type) throws -> Int8 { try source.integer(at: offset, path) }
    func decode(_ type: Int16.Type) throws -> Int16 { try source.integer(at: offset, path) }
    func decode(_ type: Int32.Type) throws -> Int32 { try source.integer(at: offset, path) }
    func decode(_ type: Int64.Type) throws -> Int64 { try source.integer(at: offset, path) }
    func decode(_ type: UInt.Type) throws -> UInt { try source.integer(at: offset, path) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try source.integer(at: offset, path) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try source.integer(at: offset, path) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try source.integer(at: offset, path) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try source.integer(at: offset, path) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try source.value(type, at: offset, path, depth: depth + 1)
    }
}
