// Made by Scripts/generate-amqp-methods of Scripts/amqp-methods.txt; change those.

extension QueueMethod {
    /// Reads the arguments of a method; nil when the class has no method of this number.
    init?(methodID: UInt16, from reader: inout ByteReader) throws(AMQPProtocolError) {
        switch methodID {
        case 10:
            _ = try reader.short()
            let queue = try reader.shortString()
            let bits = try reader.octet()
            let arguments = try reader.table()
            self = .declare(
                queue: queue, passive: bits & 1 != 0, durable: bits & 2 != 0, exclusive: bits & 4 != 0,
                autoDelete: bits & 8 != 0, noWait: bits & 16 != 0, arguments: arguments)
        case 11:
            let queue = try reader.shortString()
            let messageCount = try reader.long()
            let consumerCount = try reader.long()
            self = .declareOk(queue: queue, messageCount: messageCount, consumerCount: consumerCount)
        case 20:
            _ = try reader.short()
            let queue = try reader.shortString()
            let exchange = try reader.shortString()
            let routingKey = try reader.shortString()
            let bits = try reader.octet()
            let arguments = try reader.table()
            self = .bind(
                queue: queue, exchange: exchange, routingKey: routingKey, noWait: bits & 1 != 0, arguments: arguments)
        case 21:
            self = .bindOk
        case 30:
            _ = try reader.short()
            let queue = try reader.shortString()
            let bits = try reader.octet()
            self = .purge(queue: queue, noWait: bits & 1 != 0)
        case 31:
            let messageCount = try reader.long()
            self = .purgeOk(messageCount: messageCount)
        case 40:
            _ = try reader.short()
            let queue = try reader.shortString()
            let bits = try reader.octet()
            self = .delete(queue: queue, ifUnused: bits & 1 != 0, ifEmpty: bits & 2 != 0, noWait: bits & 4 != 0)
        case 41:
            let messageCount = try reader.long()
            self = .deleteOk(messageCount: messageCount)
        case 50:
            _ = try reader.short()
            let queue = try reader.shortString()
            let exchange = try reader.shortString()
            let routingKey = try reader.shortString()
            let arguments = try reader.table()
            self = .unbind(queue: queue, exchange: exchange, routingKey: routingKey, arguments: arguments)
        case 51:
            self = .unbindOk
        default: return nil
        }
    }
}

extension QueueMethod {
    /// Writes its arguments, without class and number.
    func write(to writer: inout ByteWriter) throws(AMQPProtocolError) {
        switch self {
        case .declare(let queue, let passive, let durable, let exclusive, let autoDelete, let noWait, let arguments):
            writer.short(0)
            try writer.shortString(queue, "queue")
            writer.bits(passive, durable, exclusive, autoDelete, noWait)
            try writer.table(arguments)
        case .declareOk(let queue, let messageCount, let consumerCount):
            try writer.shortString(queue, "queue")
            writer.long(messageCount)
            writer.long(consumerCount)
        case .bind(let queue, let exchange, let routingKey, let noWait, let arguments):
            writer.short(0)
            try writer.shortString(queue, "queue")
            try writer.shortString(exchange, "exchange")
            try writer.shortString(routingKey, "routing-key")
            writer.bits(noWait)
            try writer.table(arguments)
        case .bindOk:
            break
        case .purge(let queue, let noWait):
            writer.short(0)
            try writer.shortString(queue, "queue")
            writer.bits(noWait)
        case .purgeOk(let messageCount):
            writer.long(messageCount)
        case .delete(let queue, let ifUnused, let ifEmpty, let noWait):
            writer.short(0)
            try writer.shortString(queue, "queue")
            writer.bits(ifUnused, ifEmpty, noWait)
        case .deleteOk(let messageCount):
            writer.long(messageCount)
        case .unbind(let queue, let exchange, let routingKey, let arguments):
            writer.short(0)
            try writer.shortString(queue, "queue")
            try writer.shortString(exchange, "exchange")
            try writer.shortString(routingKey, "routing-key")
            try writer.table(arguments)
        case .unbindOk:
            break
        }
    }
}
