/// A container of values by key: a map with text keys.
struct MapDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let index: MapIndex
    let path: CodingPath
    let depth: Int

    var codingPath: [any CodingKey] { path.keys }
    var allKeys: [Key] { index.keys.compactMap { Key(stringValue: $0) } }
    private var source: DecodingSource { index.source }

    func contains(_ key: Key) -> Bool { index.offset(of: key.stringValue) != nil }

    private func offset(_ key: some CodingKey) throws -> Int {
        guard let offset = index.offset(of: key.stringValue) else {
            throw DecodingError.keyNotFound(
                key, .init(codingPath: codingPath, debugDescription: "the key \(key.stringValue) is missing"))
        }
        return offset
    }

    private func integer<Value: FixedWidthInteger>(_ key: Key) throws -> Value {
        try source.integer(at: try offset(key), path.appending(key))
    }

    func decodeNil(forKey key: Key) throws -> Bool { source.isNull(at: try offset(key)) }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        try source.bool(at: try offset(key), path.appending(key))
    }

    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        try source.string(at: try offset(key), path.appending(key))
    }

    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try source.double(at: try offset(key), path.appending(key))
    }

    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        try source.float(at: try offset(key), path.appending(key))
    }

    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try integer(key) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try integer(key) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try integer(key) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try integer(key) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try integer(key) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try integer(key) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try integer(key) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try integer(key) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try integer(key) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try integer(key) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try source.value(type, at: try offset(key), path.appending(key), depth: depth)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try decoder(SuperKey()) }

    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

    private func decoder(_ key: some CodingKey) throws -> ValueDecoder {
        ValueDecoder(source: source, offset: try offset(key), path: path.appending(key), depth: depth)
    }
}
