#if AMQP
import HobAMQPCore
import HobPolicy
import Logging
import NIOCore

/// What is done when the session's lock has been given back: nobody else's code runs under it.
enum SessionEffect: Sendable {
    case resumeReply(CheckedContinuation<CallReply, any Error>, Result<CallReply, AMQPError>)
    case resume(CheckedContinuation<Void, any Error>, AMQPError?)
    case resumeCancelled(CheckedContinuation<Void, any Error>)
    case resumeReplyCancelled(CheckedContinuation<CallReply, any Error>)
    case resumeDelivery(CheckedContinuation<ReceivedMessage?, any Error>, Result<ReceivedMessage?, AMQPError>)
    case resumeDeliveryCancelled(CheckedContinuation<ReceivedMessage?, any Error>)
    case call(@Sendable (AMQPError?) -> Void, AMQPError?)
    case connect(AMQPHost, epoch: UInt64)
    case flush
    case finish(any Channel, ByteBuffer?)
    case set(SessionTimer, Duration, generation: UInt64)
    case read(any Channel)
    case state(AMQPConnectionState)
    case log(Logger.Level, String)
    case moved(AMQPTraffic)
}

/// What a session waits for with a clock in its hand.
enum SessionTimer: Hashable, Sendable {
    case connection(ConnectionTimer)
    case attempt
    case recovery
    case sweep
    case acks
    case drain
    case resubscribe(String)
}

/// The answer to a call.
enum CallReply: Sendable {
    case method(Method)
    case content(ContentAssembly.Content, generation: UInt64)
}

/// A channel of the application: its number may be used again, its id never is.
struct ChannelReference: Hashable, Sendable {
    var number: UInt16
    var id: UInt64
}
#endif
