// Made by Scripts/generate-amqp-methods of Scripts/amqp-methods.txt; change those.

extension ExchangeMethod {
    /// Reads the arguments of a method; nil when the class has no method of this number.
    init?(methodID: UInt16, from reader: inout ByteReader) throws(AMQPProtocolError) {
        switch methodID {
        case 10:
            _ = try reader.short()
            let exchange = try reader.shortString()
            let type = try reader.shortString()
            let bits = try reader.octet()
            let arguments = try reader.table()
            self = .declare(
                exchange: exchange, type: type, passive: bits & 1 != 0, durable: bits & 2 != 0,
                autoDelete: bits & 4 != 0, internal: bits & 8 != 0, noWait: bits & 16 != 0, arguments: arguments)
        case 11:
            self = .declareOk
        case 20:
            _ = try reader.short()
            let exchange = try reader.shortString()
            let bits = try reader.octet()
            self = .delete(exchange: exchange, ifUnused: bits & 1 != 0, noWait: bits & 2 != 0)
        case 21:
            self = .deleteOk
        case 30:
            _ = try reader.short()
            let destination = try reader.shortString()
            let source = try reader.shortString()
            let routingKey = try reader.shortString()
            let bits = try reader.octet()
            let arguments = try reader.table()
            self = .bind(
                destination: destination, source: source, routingKey: routingKey, noWait: bits & 1 != 0,
                arguments: arguments)
        case 31:
            self = .bindOk
        case 40:
            _ = try reader.short()
            let destination = try reader.shortString()
            let source = try reader.shortString()
            let routingKey = try reader.shortString()
            let bits = try reader.octet()
            let arguments = try reader.table()
            self = .unbind(
                destination: destination, source: source, routingKey: routingKey, noWait: bits & 1 != 0,
                arguments: arguments)
        case 51:
            self = .unbindOk
        default: return nil
        }
    }
}

extension ExchangeMethod {
    /// Writes its arguments, without class and number.
    func write(to writer: inout ByteWriter) throws(AMQPProtocolError) {
        switch self {
        case .declare(
            let exchange, let type, let passive, let durable, let autoDelete, let `internal`, let noWait, let arguments):
            writer.short(0)
            try writer.shortString(exchange, "exchange")
            try writer.shortString(type, "type")
            writer.bits(passive, durable, autoDelete, `internal`, noWait)
            try writer.table(arguments)
        case .declareOk:
            break
        case .delete(let exchange, let ifUnused, let noWait):
            writer.short(0)
            try writer.shortString(exchange, "exchange")
            writer.bits(ifUnused, noWait)
        case .deleteOk:
            break
        case .bind(let destination, let source, let routingKey, let noWait, let arguments):
            writer.short(0)
            try writer.shortString(destination, "destination")
            try writer.shortString(source, "source")
            try writer.shortString(routingKey, "routing-key")
            writer.bits(noWait)
            try writer.table(arguments)
        case .bindOk:
            break
        case .unbind(let destination, let source, let routingKey, let noWait, let arguments):
            writer.short(0)
            try writer.shortString(destination, "destination")
            try writer.shortString(source, "source")
            try writer.shortString(routingKey, "routing-key")
            writer.bits(noWait)
            try writer.table(arguments)
        case .unbindOk:
            break
        }
    }
}
