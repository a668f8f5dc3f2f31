/// Whole frames, one behind the other, into the buffer that is sent.
extension ByteWriter {
    /// The first bytes of a client: the protocol and its version.
    package mutating func protocolHeader() {
        raw([UInt8(ascii: "A"), UInt8(ascii: "M"), UInt8(ascii: "Q"), UInt8(ascii: "P"), 0, 0, 9, 1])
    }

    /// A frame that says only that this side is alive.
    package mutating func heartbeatFrame() {
        frameHead(.heartbeat, channel: 0)
        long(0)
        octet(Frame.end)
    }

    /// A method.
    ///
    /// - Throws: when an argument does not fit into its field or the whole not into a frame; nothing is written then.
    package mutating func methodFrame(
        _ method: Method, channel: UInt16, frameMax: UInt32
    ) throws(AMQPProtocolError) {
        let start = count
        do {
            try frame(.method, channel: channel, frameMax: frameMax) { (writer) throws(AMQPProtocolError) in
                try method.write(to: &writer)
            }
        } catch {
            truncate(to: start)
            throw AMQPProtocolError(error.code, "\(method.name): \(error.message)")
        }
    }

    /// A method that carries a message: the method, the header, and the body in as many frames as it needs. An empty
    /// body has none.
    ///
    /// - Throws: when a field does not fit; nothing is written then.
    package mutating func contentFrames(
        _ method: Method, properties: AMQPProperties, body: [UInt8], channel: UInt16, frameMax: UInt32
    ) throws(AMQPProtocolError) {
        let start = count
        do {
            try methodFrame(method, channel: channel, frameMax: frameMax)
            let header = ContentHeader(bodySize: UInt64(body.count), properties: properties)
            try frame(.header, channel: channel, frameMax: frameMax) { (writer) throws(AMQPProtocolError) in
                try header.write(to: &writer)
            }
        } catch {
            truncate(to: start)
            throw error
        }
        bodyFrames(body, channel: channel, frameMax: frameMax)
    }

    private mutating func bodyFrames(_ body: [UInt8], channel: UInt16, frameMax: UInt32) {
        let piece = max(1, Int(frameMax) - Frame.overhead)
        var offset = 0
        while offset < body.count {
            let length = min(piece, body.count - offset)
            frameHead(.body, channel: channel)
            long(UInt32(length))
            raw(body[offset..<(offset + length)])
            octet(Frame.end)
            offset += length
        }
    }

    private mutating func frameHead(_ kind: Frame.Kind, channel: UInt16) {
        octet(kind.rawValue)
        short(channel)
    }

    private mutating func frame(
        _ kind: Frame.Kind, channel: UInt16, frameMax: UInt32,
        _ write: (inout ByteWriter) throws(AMQPProtocolError) -> Void
    ) throws(AMQPProtocolError) {
        let begin = count
        frameHead(kind, channel: channel)
        let start = beginLength()
        try write(&self)
        endLength(start)
        octet(Frame.end)
        guard count - begin <= Int(frameMax) else {
            throw AMQPProtocolError(
                .frameError, "\(count - begin) bytes of arguments and headers, where a frame has \(frameMax) at most")
        }
    }
}
