/// Writes a Codable value as bytes: CBOR (RFC 8949) with definite lengths, keyed by the names of the coding keys.
///
///     let bytes = try MessageEncoder().encode(Order(dish: "soup", count: 2))
///     let order = try MessageDecoder().decode(Order.self, from: bytes)
///
/// Structures are maps with text keys, arrays are arrays, `[UInt8]` is one byte string. So a field that is added as an
/// optional, or removed, does not keep two builds from understanding each other.
package struct MessageEncoder: Sendable {
    /// What the message may be at most, so that nothing is written that the other side may not read.
    package var limits: MessageLimits
    /// What the types' `encode(to:)` find in the encoder.
    package var userInfo: [CodingUserInfoKey: any Sendable]

    /// Makes an encoder.
    package init(limits: MessageLimits = MessageLimits(), userInfo: [CodingUserInfoKey: any Sendable] = [:]) {
        self.limits = limits
        self.userInfo = userInfo
    }

    /// The value as bytes.
    ///
    /// - Throws: ``MessageCodingError``: the message would be too long or too deep, the type refuses the value, or it
    ///   has a number of 128 bits.
    package func encode<Value: Encodable>(_ value: Value) throws(MessageCodingError) -> [UInt8] {
        let session = EncodingSession(depth: limits.depth, userInfo: userInfo)
        let root = EncodingNode(.value)
        do {
            try session.write(value, into: root, at: .root, depth: 0)
            if let fault = session.fault { throw fault }
        } catch {
            throw MessageCodingError(encoding: error)
        }
        let size = root.size
        guard size <= limits.bytes else {
            throw MessageCodingError(
                .badValue, at: "", "it takes \(size) bytes, more than the \(limits.bytes) of a message")
        }
        return root.serialized(size: size)
    }
}
