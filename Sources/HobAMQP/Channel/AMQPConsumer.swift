#if AMQP
import HobAMQPCore

/// The messages of a queue, as they come.
///
/// Several tasks may iterate over it: each message goes to one of them. It ends when it is cancelled, and throws when the
/// broker has ended it or its channel. Who lets go of it cancels it.
public final class AMQPConsumer: AsyncSequence, Sendable {
    /// A message.
    public typealias Element = AMQPDelivery

    /// The consumer's name.
    public let tag: String
    private let channel: AMQPChannel
    private let needsAck: Bool

    init(_ channel: AMQPChannel, tag: String, needsAck: Bool) {
        self.channel = channel
        self.tag = tag
        self.needsAck = needsAck
    }

    deinit {
        let tag = tag
        channel.session.withState { $0.letGo(tag) }
    }

    /// How many messages have come and not been taken.
    public var backlog: Int { channel.session.withState { $0.consumers[tag]?.buffer.count ?? 0 } }

    /// Ends it: the broker sends no more, what has not been taken goes back to the queue, and the iteration ends. What
    /// has been taken is settled as before. Returns at once.
    public func cancel() {
        channel.session.withState { $0.consumerEvent(.cancel, of: tag) }
    }

    /// Takes one message after the other.
    public func makeAsyncIterator() -> Iterator { Iterator(consumer: self) }

    /// Takes one message after the other.
    public struct Iterator: AsyncIteratorProtocol {
        let consumer: AMQPConsumer

        /// The next message; nil at the end, and when the task is cancelled.
        ///
        /// - Throws: ``AMQPError`` when the broker has ended the consumer or its channel, or the connection is lost for
        ///   good.
        public mutating func next() async throws -> AMQPDelivery? { try await consumer.next() }
    }

    private func next() async throws -> AMQPDelivery? {
        let session = channel.session
        switch try session.withState({ state throws(AMQPError) in try state.take(tag) }) {
        case .message(let message): return delivery(message)
        case .end: return nil
        case .nothing: break
        }
        let message = try await session.wait {
            (state, id, continuation: CheckedContinuation<ReceivedMessage?, any Error>) in
            do throws(AMQPError) {
                switch try state.take(self.tag) {
                case .message(let message): state.effects.append(.resumeDelivery(continuation, .success(message)))
                case .end: state.effects.append(.resumeDelivery(continuation, .success(nil)))
                case .nothing:
                    state.consumers[self.tag]?.waiters.append(.init(id: id, continuation: continuation))
                }
            } catch {
                state.effects.append(.resumeDelivery(continuation, .failure(error)))
            }
        }
        return message.map(delivery)
    }

    private func delivery(_ message: ReceivedMessage) -> AMQPDelivery {
        AMQPDelivery(message, on: channel, needsAck: needsAck)
    }
}
#endif
