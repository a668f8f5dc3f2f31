/// A method of the protocol with its arguments.
package enum Method: Hashable, Sendable {
    /// About the connection as a whole.
    case connection(ConnectionMethod)
    /// About one channel.
    case channel(ChannelMethod)
    /// About exchanges.
    case exchange(ExchangeMethod)
    /// About queues.
    case queue(QueueMethod)
    /// About messages.
    case basic(BasicMethod)
    /// About publisher confirms.
    case confirm(ConfirmMethod)
}

extension Method {
    /// Its class on the wire.
    package var classID: UInt16 {
        switch self {
        case .connection: ConnectionMethod.classID
        case .channel: ChannelMethod.classID
        case .exchange: ExchangeMethod.classID
        case .queue: QueueMethod.classID
        case .basic: BasicMethod.classID
        case .confirm: ConfirmMethod.classID
        }
    }

    /// Its number within the class.
    package var methodID: UInt16 {
        switch self {
        case .connection(let method): method.methodID
        case .channel(let method): method.methodID
        case .exchange(let method): method.methodID
        case .queue(let method): method.methodID
        case .basic(let method): method.methodID
        case .confirm(let method): method.methodID
        }
    }

    /// Its name in the protocol, as `basic.publish`.
    package var name: String {
        switch self {
        case .connection(let method): method.name
        case .channel(let method): method.name
        case .exchange(let method): method.name
        case .queue(let method): method.name
        case .basic(let method): method.name
        case .confirm(let method): method.name
        }
    }

    /// Whether a server may send it.
    package var isFromServer: Bool {
        switch self {
        case .connection(let method): method.isFromServer
        case .channel(let method): method.isFromServer
        case .exchange(let method): method.isFromServer
        case .queue(let method): method.isFromServer
        case .basic(let method): method.isFromServer
        case .confirm(let method): method.isFromServer
        }
    }

    /// Whether a content follows: a header and the body.
    package var hasContent: Bool {
        switch self {
        case .basic(.publish), .basic(.return), .basic(.deliver), .basic(.getOk): true
        case .connection, .channel, .exchange, .queue, .basic, .confirm: false
        }
    }

    /// Reads the payload of a method frame.
    package init(payload: UnsafeRawBufferPointer) throws(AMQPProtocolError) {
        var reader = ByteReader(payload)
        let classID = try reader.short()
        let methodID = try reader.short()
        guard let method = try Self.read(classID, methodID, from: &reader) else {
            throw AMQPProtocolError(.notImplemented, "there is no method \(methodID) of class \(classID)")
        }
        guard reader.remaining == 0 else {
            throw AMQPProtocolError(.syntaxError, "\(method.name) has \(reader.remaining) bytes too many")
        }
        self = method
    }

    private static func read(
        _ classID: UInt16, _ methodID: UInt16, from reader: inout ByteReader
    ) throws(AMQPProtocolError) -> Method? {
        switch classID {
        case BasicMethod.classID:
            guard let method = try BasicMethod(methodID: methodID, from: &reader) else { return nil }
            return .basic(method)
        case ConnectionMethod.classID:
            guard let method = try ConnectionMethod(methodID: methodID, from: &reader) else { return nil }
            return .connection(method)
        case ChannelMethod.classID:
            guard let method = try ChannelMethod(methodID: methodID, from: &reader) else { return nil }
            return .channel(method)
        case ExchangeMethod.classID:
            guard let method = try ExchangeMethod(methodID: methodID, from: &reader) else { return nil }
            return .exchange(method)
        case QueueMethod.classID:
            guard let method = try QueueMethod(methodID: methodID, from: &reader) else { return nil }
            return .queue(method)
        case ConfirmMethod.classID:
            guard let method = try ConfirmMethod(methodID: methodID, from: &reader) else { return nil }
            return .confirm(method)
        default: return nil
        }
    }

    /// Writes class, number and arguments.
    func write(to writer: inout ByteWriter) throws(AMQPProtocolError) {
        writer.short(classID)
        writer.short(methodID)
        switch self {
        case .connection(let method): try method.write(to: &writer)
        case .channel(let method): try method.write(to: &writer)
        case .exchange(let method): try method.write(to: &writer)
        case .queue(let method): try method.write(to: &writer)
        case .basic(let method): try method.write(to: &writer)
        case .confirm(let method): try method.write(to: &writer)
        }
    }
}
