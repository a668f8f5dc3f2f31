/// Reads a Codable value from the bytes that ``MessageEncoder`` wrote.
///
/// Nothing that other bytes hold makes it trap, recurse without bound or allocate more than the bytes' own order of
/// size: a length beyond the end, an unknown form, too much depth or something behind the value are errors, and so is
/// every type that does not fit, with the path to it. Keys that the type does not know are passed over.
package struct MessageDecoder: Sendable {
    /// What the message may be at most.
    package var limits: MessageLimits
    /// What the types' `init(from:)` find in the decoder.
    package var userInfo: [CodingUserInfoKey: any Sendable]

    /// Makes a decoder.
    package init(limits: MessageLimits = MessageLimits(), userInfo: [CodingUserInfoKey: any Sendable] = [:]) {
        self.limits = limits
        self.userInfo = userInfo
    }

    /// The value that the bytes are.
    ///
    /// - Throws: ``MessageCodingError``: the bytes are no message, or not one of this type.
    package func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, from bytes: [UInt8]
    ) throws(MessageCodingError) -> Value {
        try StructureCheck.check(bytes, limits: limits)
        let source = DecodingSource(bytes: bytes, depth: limits.depth, userInfo: userInfo)
        do {
            return try source.value(type, at: 0, .root, depth: 0)
        } catch {
            throw MessageCodingError(decoding: error)
        }
    }
}
