/// A container of values by key: a map with text keys.
struct MapEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let session: EncodingSession
    let node: EncodingNode
    let path: CodingPath
    let depth: Int

    var codingPath: [any CodingKey] { path.keys }

    private func begin(_ key: some CodingKey) {
        node.beginElement()
        node.write(key.stringValue)
    }

    func encodeNil(forKey key: Key) throws {
        begin(key)
        node.writeNull()
    }

    func encode(_ value: Bool, forKey key: Key) throws {
        begin(key)
        node.write(value)
    }

    func encode(_ value: String, forKey key: Key) throws {
        begin(key)
        node.write(value)
    }

    func encode(_ value: Double, forKey key: Key) throws {
        begin(key)
        node.write(value)
    }

    func encode(_ value: Float, forKey key: Key) throws {
        begin(key)
        node.write(value)
    }

    func encode(_ value: Int, forKey key: Key) throws {
        begin(key)
        node.write(value)
    }

    func encode(_ value: Int8, forKey key: Key) throws {
        begin(key)
        node.write(value)
    }

    func encode(_ value: Int16, forKey key: Key) throws {
        begin(key)
        node.write(value)
    }

    func encode(_ value: Int32, forKey key: Key) throws {
        begin(key)
        node.write(value)
    }

    func encode(_ value: Int64, forKey key: Key) throws {
        begin(key)
        node.write(value)
    }

    func encode(_ value: UInt, forKey key: Key) throws {
        begin(key)
        node.write(value)
    }

    func encode(_ value: UInt8, forKey key: Key) throws {
        begin(key)
        node.write(value)
    }

    func encode(_ value: UInt16, forKey key: Key) throws {
        begin(key)
        node.write(value)
    }

    func encode(_ value: UInt32, forKey key: Key) throws {
        begin(key)
        node.write(value)
    }

    func encode(_ value: UInt64, forKey key: Key) throws {
        begin(key)
        node.write(value)
    }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        let mark = node.mark
        begin(key)
        do {
            try session.write(value, into: node, at: path.appending(key), depth: depth)
        } catch {
            node.restore(mark)
            throw error
        }
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        let (nested, path) = nested(.map, key)
        return KeyedEncodingContainer(
            MapEncoding<Nested>(session: session, node: nested, path: path, depth: depth + 1))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        let (nested, path) = nested(.array, key)
        return ArrayEncoding(session: session, node: nested, path: path, depth: depth + 1)
    }

    func superEncoder() -> any Encoder { superEncoder(SuperKey()) }

    func superEncoder(forKey key: Key) -> any Encoder { superEncoder(key) }

    private func superEncoder(_ key: some CodingKey) -> any Encoder {
        let (nested, path) = nested(.value, key)
        return ValueEncoder(session: session, node: nested, path: path, depth: depth)
    }

    private func nested(_ kind: EncodingNode.Kind, _ key: some CodingKey) -> (EncodingNode, CodingPath) {
        let path = path.appending(key)
        begin(key)
        return (session.container(kind, in: node, at: path, depth: depth), path)
    }
}
