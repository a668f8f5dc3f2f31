/// Finds frames at the beginning of what has arrived; the payloads stay where they are.
///
///     "AMQP" 0 0 9 1          a server of another version answers with its own and hangs up
///     kind channel·2 size·4 payload 0xCE
package struct FrameDecoder: Sendable {
    /// What stands at the beginning of the bytes.
    package enum Found: Hashable, Sendable {
        /// Not all of it has arrived.
        case incomplete
        /// A frame.
        case frame(Frame)
        /// The other side speaks this version and not ours; eight bytes.
        case version(major: UInt8, minor: UInt8, revision: UInt8)
    }

    /// No frame may be longer, its head and end included.
    package var frameMax: UInt32
    /// So much longer a content header may be: RabbitMQ writes it whole into one frame, whatever was agreed on, and its
    /// own notes (`x-death`) make it grow behind the publisher's back. Without room the same delivery would end one
    /// connection after the other.
    private static let headerExcess: UInt64 = 65_536
    private var isFirst = true

    /// A decoder of a new connection.
    ///
    /// - Parameter frameMax: bytes of the largest frame until the limits are negotiated.
    package init(frameMax: UInt32 = 131_072) {
        self.frameMax = frameMax
    }

    /// Tells what stands at the beginning of the bytes.
    ///
    /// - Throws: what makes the stream unreadable; nothing behind it can be understood.
    package mutating func next(in bytes: UnsafeRawBufferPointer) throws(AMQPProtocolError) -> Found {
        guard let first = bytes.first else { return .incomplete }
        if isFirst, first == UInt8(ascii: "A") { return try version(in: bytes) }
        guard let kind = Frame.Kind(rawValue: first) else {
            // An alert or a handshake record.
            if isFirst, first == 21 || first == 22 {
                throw AMQPProtocolError(.frameError, "it answers in TLS; use amqps://")
            }
            throw AMQPProtocolError(.frameError, "a frame of type \(first)")
        }
        guard bytes.count >= 7 else { return .incomplete }
        let channel = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt16.self))
        let size = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 3, as: UInt32.self))
        // Before it has arrived: nobody makes us wait for gigabytes.
        let excess = kind == .header ? Self.headerExcess : 0
        guard UInt64(size) + UInt64(Frame.overhead) <= UInt64(frameMax) + excess else {
            throw AMQPProtocolError(
                .frameError, "a frame of \(UInt64(size) + 8) bytes, where \(frameMax) are the limit")
        }
        let frame = Frame(kind: kind, channel: channel, payload: 7..<(7 + Int(size)))
        guard bytes.count >= frame.length else { return .incomplete }
        guard bytes[frame.payload.upperBound] == Frame.end else {
            throw AMQPProtocolError(
                .frameError, "a frame ends in \(bytes[frame.payload.upperBound]) and not in \(Frame.end)")
        }
        isFirst = false
        return .frame(frame)
    }

    private func version(in bytes: UnsafeRawBufferPointer) throws(AMQPProtocolError) -> Found {
        for (index, letter) in "AMQP".utf8.enumerated() where index < bytes.count {
            guard bytes[index] == letter else {
                throw AMQPProtocolError(.frameError, "the other side does not speak AMQP")
            }
        }
        guard bytes.count >= 8 else { return .incomplete }
        return .version(major: bytes[5], minor: bytes[6], revision: bytes[7])
    }
}
