/// What is to be done for a channel, in the order given.
package enum ChannelAction: Hashable, Sendable {
    /// Send a method on this channel.
    case send(Method)
    /// The answer has come.
    case reply(ChannelTicket, Method)
    /// The answer has come, with a message.
    case replyContent(ChannelTicket, ContentAssembly.Content, needsAck: Bool)
    /// There will be no answer.
    case fail(ChannelTicket, ChannelEnding)
    /// A message for a consumer.
    case deliver(ContentAssembly.Content)
    /// A message that no queue has taken.
    case returned(ContentAssembly.Content)
    /// The broker has messages, or refuses them.
    case confirmed(tag: UInt64, multiple: Bool, isTaken: Bool)
    /// The broker has ended a consumer.
    case consumerCancelled(String)
    /// The broker asks to hold messages, or to go on.
    case flow(isActive: Bool)
    /// The channel is over; its number is free.
    case ended(ChannelEnding)
    /// The other side broke the protocol: the connection is to be closed.
    case violate(AMQPProtocolError)
}

/// How a channel ended.
package enum ChannelEnding: Hashable, Sendable {
    /// The application closed it.
    case closed
    /// The server closed it; the method it complains about, if it named one.
    case closedByServer(AMQPReplyCode, String, classID: UInt16, methodID: UInt16)
    /// The connection under it ended.
    case connection(ConnectionEnding)
    /// It was not open.
    case notOpen
}

extension ChannelEnding: CustomStringConvertible {
    /// What happened, as the end of a sentence about the channel.
    package var description: String {
        switch self {
        case .closed: "was closed"
        case .closedByServer(let code, let text, _, _): "was closed by the broker: \(code), \(text)"
        case .connection(let ending): "has lost its connection, which \(ending)"
        case .notOpen: "is not open"
        }
    }
}
