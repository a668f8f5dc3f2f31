/// What a type's `encode(to:)` gets: one value to be written, as a container or by itself.
final class ValueEncoder: Encoder, SingleValueEncodingContainer {
    private enum State {
        case empty
        case single
        case container(EncodingNode)
    }

    private let session: EncodingSession
    private let node: EncodingNode
    private let path: CodingPath
    private let depth: Int
    private var state = State.empty

    init(session: EncodingSession, node: EncodingNode, path: CodingPath, depth: Int) {
        self.session = session
        self.node = node
        self.path = path
        self.depth = depth
    }

    var codingPath: [any CodingKey] { path.keys }
    var userInfo: [CodingUserInfoKey: Any] { session.userInfo }

    /// A value that wrote nothing is an empty map.
    func finish() {
        if case .empty = state { _ = container(.map) }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(MapEncoding<Key>(session: session, node: container(.map), path: path, depth: depth + 1))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        ArrayEncoding(session: session, node: container(.array), path: path, depth: depth + 1)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    /// The value's container: asked for twice, as by a subclass and its superclass, it is the same.
    private func container(_ kind: EncodingNode.Kind) -> EncodingNode {
        switch state {
        case .container(let container) where container.kind == kind: return container
        case .empty:
            let container = session.container(kind, in: node, at: path, depth: depth)
            state = .container(container)
            return container
        case .single, .container:
            session.fail(at: path, "it is written twice, and as different things")
            return EncodingNode(kind)
        }
    }

    // MARK: A value by itself

    private func claim() throws {
        guard case .empty = state else {
            session.fail(at: path, "it is written twice")
            throw EncodingError.invalidValue((), .init(codingPath: codingPath, debugDescription: "it is written twice"))
        }
        state = .single
    }

    func encodeNil() throws {
        try claim()
        node.writeNull()
    }

    func encode(_ value: Bool) throws {
        try claim()
        node.write(value)
    }

    func encode(_ value: String) throws {
        try claim()
        node.write(value)
    }

    func encode(_ value: Double) throws {
        try claim()
        node.write(value)
    }

    func encode(_ value: Float) throws {
        try claim()
        node.write(value)
    }

    func encode(_ value: Int) throws {
        try claim()
        node.write(value)
    }

    func encode(_ value: Int8) throws {
        try claim()
        node.write(value)
    }

    func encode(_ value: Int16) throws {
        try claim()
        node.write(value)
    }

    func encode(_ value: Int32) throws {
        try claim()
        node.write(value)
    }

    func encode(_ value: Int64) throws {
        try claim()
        node.write(value)
    }

    func encode(_ value: UInt) throws {
        try claim()
        node.write(value)
    }

    func encode(_ value: UInt8) throws {
        try claim()
        node.write(value)
    }

    func encode(_ value: UInt16) throws {
        try claim()
        node.write(value)
    }

    func encode(_ value: UInt32) throws {
        try claim()
        node.write(value)
    }

    func encode(_ value: UInt64) throws {
        try claim()
        node.write(value)
    }

    func encode<Value: Encodable>(_ value: Value) throws {
        try claim()
        do {
            try session.write(value, into: node, at: path, depth: depth + 1)
        } catch {
            // Nothing was left behind: the type may write something else instead.
            state = .empty
            throw error
        }
    }
}
