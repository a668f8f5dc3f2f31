// Made by Scripts/generate-amqp-methods of Scripts/amqp-methods.txt; change those.

extension ConfirmMethod {
    /// Reads the arguments of a method; nil when the class has no method of this number.
    init?(methodID: UInt16, from reader: inout ByteReader) throws(AMQPProtocolError) {
        switch methodID {
        case 10:
            let bits = try reader.octet()
            self = .select(noWait: bits & 1 != 0)
        case 11:
            self = .selectOk
        default: return nil
        }
    }
}

extension ConfirmMethod {
    /// Writes its arguments, without class and number.
    func write(to writer: inout ByteWriter) throws(AMQPProtocolError) {
        switch self {
        case .select(let noWait):
            writer.bits(noWait)
        case .selectOk:
            break
        }
    }
}
