import HobAMQPCore

/// What tests do with frames: all of them out of some bytes, and back.
enum Wire {
    /// A frame with its payload's bytes.
    struct Piece: Hashable {
        var frame: Frame
        var payload: [UInt8]
    }

    /// The frames of whole bytes.
    static func pieces(_ bytes: [UInt8], frameMax: UInt32 = 131_072) throws -> [Piece] {
        var decoder = FrameDecoder(frameMax: frameMax)
        var pieces: [Piece] = []
        var offset = 0
        while offset < bytes.count {
            let rest = Array(bytes[offset...])
            guard case .frame(let frame) = try rest.withUnsafeBytes({ try decoder.next(in: $0) }) else { break }
            pieces.append(Piece(frame: frame, payload: Array(rest[frame.payload])))
            offset += frame.length
        }
        return pieces
    }

    /// The frame of a method.
    static func bytes(_ method: Method, channel: UInt16 = 1, frameMax: UInt32 = 131_072) throws -> [UInt8] {
        var writer = ByteWriter()
        try writer.methodFrame(method, channel: channel, frameMax: frameMax)
        return writer.bytes
    }

    /// The method of a payload.
    static func method(_ payload: [UInt8]) throws -> Method {
        try payload.withUnsafeBytes { try Method(payload: $0) }
    }

    /// The bytes that a line of hexadecimal digits means.
    static func hex(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
