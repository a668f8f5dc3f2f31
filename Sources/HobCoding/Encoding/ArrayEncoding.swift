/// A container of values in a row: an array.
struct ArrayEncoding: UnkeyedEncodingContainer {
    let session: EncodingSession
    let node: EncodingNode
    let path: CodingPath
    let depth: Int

    var codingPath: [any CodingKey] { path.keys }
    var count: Int { node.count }

    func encodeNil() throws {
        node.beginElement()
        node.writeNull()
    }

    func encode(_ value: Bool) throws {
        node.beginElement()
        node.write(value)
    }

    func encode(_ value: String) throws {
        node.beginElement()
        node.write(value)
    }

    func encode(_ value: Double) throws {
        node.beginElement()
        node.write(value)
    }

    func encode(_ value: Float) throws {
        node.beginElement()
        node.write(value)
    }

    func encode(_ value: Int) throws {
        node.beginElement()
        node.write(value)
    }

    func encode(_ value: Int8) throws {
        node.beginElement()
        node.write(value)
    }

    func encode(_ value: Int16) throws {
        node.beginElement()
        node.write(value)
    }

    func encode(_ value: Int32) throws {
        node.beginElement()
        node.write(value)
    }

    func encode(_ value: Int64) throws {
        node.beginElement()
        node.write(value)
    }

    func encode(_ value: UInt) throws {
        node.beginElement()
        node.write(value)
    }

    func encode(_ value: UInt8) throws {
        node.beginElement()
        node.write(value)
    }

    func encode(_ value: UInt16) throws {
        node.beginElement()
        node.write(value)
    }

    func encode(_ value: UInt32) throws {
        node.beginElement()
        node.write(value)
    }

    func encode(_ value: UInt64) throws {
        node.beginElement()
        node.write(value)
    }

    func encode<Value: Encodable>(_ value: Value) throws {
        let mark = node.mark
        let index = node.count
        node.beginElement()
        do {
            try session.write(value, into: node, at: path.appending(ElementKey(index)), depth: depth)
        } catch {
            node.restore(mark)
            throw error
        }
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        let (nested, path) = nested(.map)
        return KeyedEncodingContainer(
            MapEncoding<Nested>(session: session, node: nested, path: path, depth: depth + 1))
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        let (nested, path) = nested(.array)
        return ArrayEncoding(session: session, node: nested, path: path, depth: depth + 1)
    }

    func superEncoder() -> any Encoder {
        let (nested, path) = nested(.value)
        return ValueEncoder(session: session, node: nested, path: path, depth: depth)
    }

    private func nested(_ kind: EncodingNode.Kind) -> (EncodingNode, CodingPath) {
        let path = path.appending(ElementKey(node.count))
        node.beginElement()
        return (session.container(kind, in: node, at: path, depth: depth), path)
    }
}
