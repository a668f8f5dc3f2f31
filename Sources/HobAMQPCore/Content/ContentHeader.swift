/// What stands before the body of a message: how long it is, and the message's properties.
package struct ContentHeader: Hashable, Sendable {
    /// Bytes of the whole body.
    package var bodySize: UInt64
    /// What the message says about itself.
    package var properties: AMQPProperties

    /// A header.
    package init(bodySize: UInt64, properties: AMQPProperties) {
        self.bodySize = bodySize
        self.properties = properties
    }

    /// Reads the payload of a header frame.
    package init(payload: UnsafeRawBufferPointer) throws(AMQPProtocolError) {
        var reader = ByteReader(payload)
        let classID = try reader.short()
        guard classID == BasicMethod.classID else {
            throw AMQPProtocolError(.syntaxError, "a content header of class \(classID), which has no content")
        }
        // The weight, which nothing ever used.
        _ = try reader.short()
        bodySize = try reader.longLong()
        properties = try AMQPProperties(from: &reader)
        guard reader.remaining == 0 else {
            throw AMQPProtocolError(.syntaxError, "a content header has \(reader.remaining) bytes too many")
        }
    }

    /// Writes the payload of a header frame.
    func write(to writer: inout ByteWriter) throws(AMQPProtocolError) {
        writer.short(BasicMethod.classID)
        writer.short(0)
        writer.longLong(bodySize)
        try properties.write(to: &writer)
    }
}
