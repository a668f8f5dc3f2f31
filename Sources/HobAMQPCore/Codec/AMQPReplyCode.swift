/// Why a channel or a connection was closed, or a message came back: the protocol's number, with its name.
public struct AMQPReplyCode: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt16

    /// A code of this number, known or not.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// 200: all went well.
    public static let success = AMQPReplyCode(rawValue: 200)
    /// 311: the message is too large.
    public static let contentTooLarge = AMQPReplyCode(rawValue: 311)
    /// 312: no queue is bound for this routing key.
    public static let noRoute = AMQPReplyCode(rawValue: 312)
    /// 313: no consumer is there to take an immediate message.
    public static let noConsumers = AMQPReplyCode(rawValue: 313)
    /// 320: an operator or a shutdown has closed the connection.
    public static let connectionForced = AMQPReplyCode(rawValue: 320)
    /// 402: the virtual host is not there.
    public static let invalidPath = AMQPReplyCode(rawValue: 402)
    /// 403: the user may not do this.
    public static let accessRefused = AMQPReplyCode(rawValue: 403)
    /// 404: no such exchange, queue or virtual host.
    public static let notFound = AMQPReplyCode(rawValue: 404)
    /// 405: another connection has the queue for itself.
    public static let resourceLocked = AMQPReplyCode(rawValue: 405)
    /// 406: what is there differs from what was asked for, or a delivery tag is unknown.
    public static let preconditionFailed = AMQPReplyCode(rawValue: 406)
    /// 501: a frame that cannot be read.
    public static let frameError = AMQPReplyCode(rawValue: 501)
    /// 502: a frame whose contents cannot be read.
    public static let syntaxError = AMQPReplyCode(rawValue: 502)
    /// 503: a method that may not be sent now.
    public static let commandInvalid = AMQPReplyCode(rawValue: 503)
    /// 504: a channel that is not open.
    public static let channelError = AMQPReplyCode(rawValue: 504)
    /// 505: a frame that may not come now.
    public static let unexpectedFrame = AMQPReplyCode(rawValue: 505)
    /// 506: the other side lacks memory or disk.
    public static let resourceError = AMQPReplyCode(rawValue: 506)
    /// 530: what was asked for is not allowed.
    public static let notAllowed = AMQPReplyCode(rawValue: 530)
    /// 540: a method the other side does not know.
    public static let notImplemented = AMQPReplyCode(rawValue: 540)
    /// 541: the other side has failed inside.
    public static let internalError = AMQPReplyCode(rawValue: 541)

    /// The protocol's word for it; nil for a number it does not know.
    public var name: String? {
        switch rawValue {
        case 200: "OK"
        case 311: "CONTENT_TOO_LARGE"
        case 312: "NO_ROUTE"
        case 313: "NO_CONSUMERS"
        case 320: "CONNECTION_FORCED"
        case 402: "INVALID_PATH"
        case 403: "ACCESS_REFUSED"
        case 404: "NOT_FOUND"
        case 405: "RESOURCE_LOCKED"
        case 406: "PRECONDITION_FAILED"
        case 501: "FRAME_ERROR"
        case 502: "SYNTAX_ERROR"
        case 503: "COMMAND_INVALID"
        case 504: "CHANNEL_ERROR"
        case 505: "UNEXPECTED_FRAME"
        case 506: "RESOURCE_ERROR"
        case 530: "NOT_ALLOWED"
        case 540: "NOT_IMPLEMENTED"
        case 541: "INTERNAL_ERROR"
        default: nil
        }
    }
}

extension AMQPReplyCode: CustomStringConvertible {
    /// The number and its name.
    public var description: String { name.map { "\(rawValue) \($0)" } ?? "\(rawValue)" }
}
