/// Properties on the wire: a flag for each, the highest bit first, then those that are set.
extension AMQPProperties {
    private var flags: UInt16 {
        var flags: UInt16 = 0
        if contentType != nil { flags |= 1 << 15 }
        if contentEncoding != nil { flags |= 1 << 14 }
        if headers != nil { flags |= 1 << 13 }
        if deliveryMode != nil { flags |= 1 << 12 }
        if priority != nil { flags |= 1 << 11 }
        if correlationID != nil { flags |= 1 << 10 }
        if replyTo != nil { flags |= 1 << 9 }
        if expiration != nil { flags |= 1 << 8 }
        if messageID != nil { flags |= 1 << 7 }
        if timestamp != nil { flags |= 1 << 6 }
        if type != nil { flags |= 1 << 5 }
        if userID != nil { flags |= 1 << 4 }
        if appID != nil { flags |= 1 << 3 }
        if clusterID != nil { flags |= 1 << 2 }
        return flags
    }

    init(from reader: inout ByteReader) throws(AMQPProtocolError) {
        let flags = try reader.short()
        // The lowest bit announces more flags, the next is of no property; no broker sets either.
        guard flags & 0b11 == 0 else {
            throw AMQPProtocolError(.syntaxError, "a content header has property flags \(flags) that no property has")
        }
        if flags & 1 << 15 != 0 { contentType = try reader.shortString() }
        if flags & 1 << 14 != 0 { contentEncoding = try reader.shortString() }
        if flags & 1 << 13 != 0 { headers = try reader.table() }
        if flags & 1 << 12 != 0 { deliveryMode = AMQPDeliveryMode(rawValue: try reader.octet()) }
        if flags & 1 << 11 != 0 { priority = try reader.octet() }
        if flags & 1 << 10 != 0 { correlationID = try reader.shortString() }
        if flags & 1 << 9 != 0 { replyTo = try reader.shortString() }
        if flags & 1 << 8 != 0 { expiration = try reader.shortString() }
        if flags & 1 << 7 != 0 { messageID = try reader.shortString() }
        if flags & 1 << 6 != 0 { timestamp = try reader.longLong() }
        if flags & 1 << 5 != 0 { type = try reader.shortString() }
        if flags & 1 << 4 != 0 { userID = try reader.shortString() }
        if flags & 1 << 3 != 0 { appID = try reader.shortString() }
        if flags & 1 << 2 != 0 { clusterID = try reader.shortString() }
    }

    func write(to writer: inout ByteWriter) throws(AMQPProtocolError) {
        writer.short(flags)
        if let contentType { try writer.shortString(contentType, "content-type") }
        if let contentEncoding { try writer.shortString(contentEncoding, "content-encoding") }
        if let headers { try writer.table(headers) }
        if let deliveryMode { writer.octet(deliveryMode.rawValue) }
        if let priority { writer.octet(priority) }
        if let correlationID { try writer.shortString(correlationID, "correlation-id") }
        if let replyTo { try writer.shortString(replyTo, "reply-to") }
        if let expiration { try writer.shortString(expiration, "expiration") }
        if let messageID { try writer.shortString(messageID, "message-id") }
        if let timestamp { writer.longLong(timestamp) }
        if let type { try writer.shortString(type, "type") }
        if let userID { try writer.shortString(userID, "user-id") }
        if let appID { try writer.shortString(appID, "app-id") }
        if let clusterID { try writer.shortString(clusterID, "cluster-id") }
    }
}
