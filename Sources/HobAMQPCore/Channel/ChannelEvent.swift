/// What happens to a channel.
package enum ChannelEvent: Hashable, Sendable {
    /// It is to be opened; the ticket is answered.
    case open(ChannelTicket)
    /// A method that the server answers.
    case call(Method, ChannelTicket)
    /// Who made this call does not wait any longer; a late answer is thrown away.
    case abandon(ChannelTicket)
    /// A method without content.
    case received(Method)
    /// A method with its content.
    case receivedContent(ContentAssembly.Content)
    /// The application wants it closed; the ticket is answered.
    case close(AMQPReplyCode, String, ChannelTicket)
    /// The connection under it has ended.
    case connectionEnded(ConnectionEnding)
}

/// Names a caller that waits for an answer.
package struct ChannelTicket: Hashable, Sendable {
    /// Its number, given by the shell.
    package var number: UInt64

    /// A ticket of this number.
    package init(_ number: UInt64) {
        self.number = number
    }
}
