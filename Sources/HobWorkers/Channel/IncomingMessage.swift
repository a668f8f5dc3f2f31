/// A message of the other side of a channel.
public struct IncomingMessage<Sent: Encodable & Sendable, Received: Decodable & Sendable>: Sendable {
    /// What was sent.
    public let content: Received
    let call: UInt64?
    let channel: MessageChannel<Sent, Received>

    /// Whether the sender waits for an answer.
    public var isCall: Bool { call != nil }

    /// Answers a call; of a push the answer is dropped. Waits while too much is on its way already.
    ///
    /// - Throws: ``ChannelError`` when the other process has ended or the answer is too long.
    public func answer(_ message: Sent) async throws {
        if let call { try await channel.answer(call, message) }
    }

    /// Answers a call with an error, whose text the caller gets.
    public func refuse(_ error: any Error) {
        if let call { channel.refuse(call, error) }
    }
}
