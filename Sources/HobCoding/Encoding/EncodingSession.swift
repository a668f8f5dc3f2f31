/// What all encoders of one message share.
final class EncodingSession {
    let depth: Int
    let userInfo: [CodingUserInfoKey: Any]
    /// The first misuse that happened where nothing can be thrown; it fails the whole.
    private(set) var fault: EncodingError?

    init(depth: Int, userInfo: [CodingUserInfoKey: any Sendable]) {
        self.depth = depth
        self.userInfo = userInfo
    }

    /// Notes a misuse.
    func fail(at path: CodingPath, _ message: String) {
        if fault == nil { fault = Self.error(at: path, message) }
    }

    /// Writes a value into a node; when that throws, the node is as before.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - node: Where its bytes go.
    ///   - path: Where it lies in the whole.
    ///   - depth: How many containers are around it.
    func write<Value: Encodable>(
        _ value: Value, into node: EncodingNode, at path: @autoclosure () -> CodingPath, depth: Int
    ) throws {
        if node.writePrimitive(value) { return }
        let path = path()
        if let fault { throw fault }
        guard depth <= self.depth else { throw Self.error(at: path, tooDeep) }
        let mark = node.mark
        let encoder = ValueEncoder(session: self, node: node, path: path, depth: depth)
        do {
            try value.encode(to: encoder)
        } catch {
            node.restore(mark)
            throw error
        }
        encoder.finish()
    }

    /// A container in a node; one that leads nowhere when it would be too deep, which fails the whole.
    func container(_ kind: EncodingNode.Kind, in node: EncodingNode, at path: CodingPath, depth: Int) -> EncodingNode {
        let container = EncodingNode(kind)
        if depth < self.depth { node.append(container) } else { fail(at: path, tooDeep) }
        return container
    }

    private var tooDeep: String {
        "it lies deeper than \(depth) containers; a value that contains itself cannot be written"
    }

    private static func error(at path: CodingPath, _ message: String) -> EncodingError {
        EncodingError.invalidValue((), .init(codingPath: path.keys, debugDescription: message))
    }
}
