/// What a message says about itself, beside its body: the fourteen properties of the protocol, all optional.
public struct AMQPProperties: Hashable, Sendable {
    /// MIME type of the body.
    public var contentType: String?
    /// Encoding of the body, as `gzip`.
    public var contentEncoding: String?
    /// Headers of the application, and what headers exchanges route by.
    public var headers: AMQPTable?
    /// Whether the broker keeps the message on disk.
    public var deliveryMode: AMQPDeliveryMode?
    /// 0 to 9, or as many as a queue declares; the highest is delivered first.
    public var priority: UInt8?
    /// Which request this answers.
    public var correlationID: String?
    /// The queue that awaits an answer.
    public var replyTo: String?
    /// Milliseconds, as text, after which the broker drops or dead-letters the message.
    public var expiration: String?
    /// The message's own name, by which a consumer knows it again.
    public var messageID: String?
    /// Seconds since 1970, UTC.
    public var timestamp: UInt64?
    /// What kind of message it is, in the application's words.
    public var type: String?
    /// Who publishes; the broker refuses another name than the connection's user.
    public var userID: String?
    /// Which application publishes.
    public var appID: String?
    /// Reserved by the protocol.
    public var clusterID: String?

    /// Properties of which nothing is set.
    public init() {}
}

/// Whether a message outlives the broker.
public struct AMQPDeliveryMode: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt8

    /// A mode of this number.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Kept in memory; a restart of the broker loses it.
    public static let transient = AMQPDeliveryMode(rawValue: 1)
    /// Written to disk by a durable queue before it is confirmed.
    public static let persistent = AMQPDeliveryMode(rawValue: 2)
}
