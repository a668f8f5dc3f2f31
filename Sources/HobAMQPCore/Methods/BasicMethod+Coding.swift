// Made by Scripts/generate-amqp-methods of Scripts/amqp-methods.txt; change those.

extension BasicMethod {
    /// Reads the arguments of a method; nil when the class has no method of this number.
    init?(methodID: UInt16, from reader: inout ByteReader) throws(AMQPProtocolError) {
        switch methodID {
        case 10:
            let prefetchSize = try reader.long()
            let prefetchCount = try reader.short()
            let bits = try reader.octet()
            self = .qos(prefetchSize: prefetchSize, prefetchCount: prefetchCount, global: bits & 1 != 0)
        case 11:
            self = .qosOk
        case 20:
            _ = try reader.short()
            let queue = try reader.shortString()
            let consumerTag = try reader.shortString()
            let bits = try reader.octet()
            let arguments = try reader.table()
            self = .consume(
                queue: queue, consumerTag: consumerTag, noLocal: bits & 1 != 0, noAck: bits & 2 != 0,
                exclusive: bits & 4 != 0, noWait: bits & 8 != 0, arguments: arguments)
        case 21:
            let consumerTag = try reader.shortString()
            self = .consumeOk(consumerTag: consumerTag)
        case 30:
            let consumerTag = try reader.shortString()
            let bits = try reader.octet()
            self = .cancel(consumerTag: consumerTag, noWait: bits & 1 != 0)
        case 31:
            let consumerTag = try reader.shortString()
            self = .cancelOk(consumerTag: consumerTag)
        case 40:
            _ = try reader.short()
            let exchange = try reader.shortString()
            let routingKey = try reader.shortString()
            let bits = try reader.octet()
            self = .publish(
                exchange: exchange, routingKey: routingKey, mandatory: bits & 1 != 0, immediate: bits & 2 != 0)
        case 50:
            let replyCode = try reader.short()
            let replyText = try reader.shortString()
            let exchange = try reader.shortString()
            let routingKey = try reader.shortString()
            self = .`return`(replyCode: replyCode, replyText: replyText, exchange: exchange, routingKey: routingKey)
        case 60:
            let consumerTag = try reader.shortString()
            let deliveryTag = try reader.longLong()
            let bits = try reader.octet()
            let exchange = try reader.shortString()
            let routingKey = try reader.shortString()
            self = .deliver(
                consumerTag: consumerTag, deliveryTag: deliveryTag, redelivered: bits & 1 != 0, exchange: exchange,
                routingKey: routingKey)
        case 70:
            _ = try reader.short()
            let queue = try reader.shortString()
            let bits = try reader.octet()
            self = .get(queue: queue, noAck: bits & 1 != 0)
        case 71:
            let deliveryTag = try reader.longLong()
            let bits = try reader.octet()
            let exchange = try reader.shortString()
            let routingKey = try reader.shortString()
            let messageCount = try reader.long()
            self = .getOk(
                deliveryTag: deliveryTag, redelivered: bits & 1 != 0, exchange: exchange, routingKey: routingKey,
                messageCount: messageCount)
        case 72:
            _ = try reader.shortString()
            self = .getEmpty
        case 80:
            let deliveryTag = try reader.longLong()
            let bits = try reader.octet()
            self = .ack(deliveryTag: deliveryTag, multiple: bits & 1 != 0)
        case 90:
            let deliveryTag = try reader.longLong()
            let bits = try reader.octet()
            self = .reject(deliveryTag: deliveryTag, requeue: bits & 1 != 0)
        case 100:
            let bits = try reader.octet()
            self = .recoverAsync(requeue: bits & 1 != 0)
        case 110:
            let bits = try reader.octet()
            self = .recover(requeue: bits & 1 != 0)
        case 111:
            self = .recoverOk
        case 120:
            let deliveryTag = try reader.longLong()
            let bits = try reader.octet()
            self = .nack(deliveryTag: deliveryTag, multiple: bits & 1 != 0, requeue: bits & 2 != 0)
        default: return nil
        }
    }
}

extension BasicMethod {
    /// Writes its arguments, without class and number.
    func write(to writer: inout ByteWriter) throws(AMQPProtocolError) {
        switch self {
        case .qos(let prefetchSize, let prefetchCount, let global):
            writer.long(prefetchSize)
            writer.short(prefetchCount)
            writer.bits(global)
        case .qosOk:
            break
        case .consume(let queue, let consumerTag, let noLocal, let noAck, let exclusive, let noWait, let arguments):
            writer.short(0)
            try writer.shortString(queue, "queue")
            try writer.shortString(consumerTag, "consumer-tag")
            writer.bits(noLocal, noAck, exclusive, noWait)
            try writer.table(arguments)
        case .consumeOk(let consumerTag):
            try writer.shortString(consumerTag, "consumer-tag")
        case .cancel(let consumerTag, let noWait):
            try writer.shortString(consumerTag, "consumer-tag")
            writer.bits(noWait)
        case .cancelOk(let consumerTag):
            try writer.shortString(consumerTag, "consumer-tag")
        case .publish(let exchange, let routingKey, let mandatory, let immediate):
            writer.short(0)
            try writer.shortString(exchange, "exchange")
            try writer.shortString(routingKey, "routing-key")
            writer.bits(mandatory, immediate)
        case .`return`(let replyCode, let replyText, let exchange, let routingKey):
            writer.short(replyCode)
            try writer.shortString(replyText, "reply-text")
            try writer.shortString(exchange, "exchange")
            try writer.shortString(routingKey, "routing-key")
        case .deliver(let consumerTag, let deliveryTag, let redelivered, let exchange, let routingKey):
            try writer.shortString(consumerTag, "consumer-tag")
            writer.longLong(deliveryTag)
            writer.bits(redelivered)
            try writer.shortString(exchange, "exchange")
            try writer.shortString(routingKey, "routing-key")
        case .get(let queue, let noAck):
            writer.short(0)
            try writer.shortString(queue, "queue")
            writer.bits(noAck)
        case .getOk(let deliveryTag, let redelivered, let exchange, let routingKey, let messageCount):
            writer.longLong(deliveryTag)
            writer.bits(redelivered)
            try writer.shortString(exchange, "exchange")
            try writer.shortString(routingKey, "routing-key")
            writer.long(messageCount)
        case .getEmpty:
            writer.octet(0)
        case .ack(let deliveryTag, let multiple):
            writer.longLong(deliveryTag)
            writer.bits(multiple)
        case .reject(let deliveryTag, let requeue):
            writer.longLong(deliveryTag)
            writer.bits(requeue)
        case .recoverAsync(let requeue):
            writer.bits(requeue)
        case .recover(let requeue):
            writer.bits(requeue)
        case .recoverOk:
            break
        case .nack(let deliveryTag, let multiple, let requeue):
            writer.longLong(deliveryTag)
            writer.bits(multiple, requeue)
        }
    }
}
