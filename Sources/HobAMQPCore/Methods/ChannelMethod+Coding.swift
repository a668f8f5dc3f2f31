// Made by Scripts/generate-amqp-methods of Scripts/amqp-methods.txt; change those.

extension ChannelMethod {
    /// Reads the arguments of a method; nil when the class has no method of this number.
    init?(methodID: UInt16, from reader: inout ByteReader) throws(AMQPProtocolError) {
        switch methodID {
        case 10:
            _ = try reader.shortString()
            self = .open
        case 11:
            _ = try reader.longString()
            self = .openOk
        case 20:
            let bits = try reader.octet()
            self = .flow(active: bits & 1 != 0)
        case 21:
            let bits = try reader.octet()
            self = .flowOk(active: bits & 1 != 0)
        case 40:
            let replyCode = try reader.short()
            let replyText = try reader.shortString()
            let classID = try reader.short()
            let methodID = try reader.short()
            self = .close(replyCode: replyCode, replyText: replyText, classID: classID, methodID: methodID)
        case 41:
            self = .closeOk
        default: return nil
        }
    }
}

extension ChannelMethod {
    /// Writes its arguments, without class and number.
    func write(to writer: inout ByteWriter) throws(AMQPProtocolError) {
        switch self {
        case .open:
            writer.octet(0)
        case .openOk:
            writer.long(0)
        case .flow(let active):
            writer.bits(active)
        case .flowOk(let active):
            writer.bits(active)
        case .close(let replyCode, let replyText, let classID, let methodID):
            writer.short(replyCode)
            try writer.shortString(replyText, "reply-text")
            writer.short(classID)
            writer.short(methodID)
        case .closeOk:
            break
        }
    }
}
