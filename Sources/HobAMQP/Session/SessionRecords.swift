#if AMQP
import HobAMQPCore
import HobPolicy

/// A channel, and all that hangs on it but its consumers.
///
/// A class, so that reading one field copies one field; unchecked, because only the session's `state` lock leads to it.
final class ChannelRecord: @unchecked Sendable {
    /// The handle of the application; 0 when it has none.
    let id: UInt64
    var machine = ChannelMachine()
    var assembly: ContentAssembly
    var ledger = DeliveryLedger()
    var confirms = ConfirmTracker<Outgoing>()
    let usesConfirms: Bool
    /// Whether it has been open once: then it is opened again with the connection.
    var hasOpened = false
    /// The broker confirms on this opening of the channel, and everything on it has been made again.
    var isReady = false
    var flowIsActive = true
    var prefetch: UInt16?
    /// Acknowledgements that have not been written: many of them often become one.
    var pendingAcks: [UInt64] = []

    var mayPublish: Bool { isReady && flowIsActive && machine.isOpen }

    init(id: UInt64, usesConfirms: Bool, largestBody: Int) {
        self.id = id
        self.usesConfirms = usesConfirms
        assembly = ContentAssembly(limit: largestBody)
    }
}

/// A consumer and the messages that the application has not taken.
///
/// A class, so that reading one field copies one field; unchecked, because only the session's `state` lock leads to it.
final class ConsumerRecord: @unchecked Sendable {
    struct Waiter: Sendable {
        var id: UInt64
        var continuation: CheckedContinuation<ReceivedMessage?, any Error>
    }

    let channel: ChannelReference
    let queue: String
    let noAck: Bool
    let isExclusive: Bool
    let prefetch: UInt16
    let arguments: AMQPTable
    var machine: ConsumerMachine
    var buffer = RingQueue<ReceivedMessage>()
    var waiters: [Waiter] = []
    /// Whether the broker has been asked once: then it is asked again with the connection.
    var hasBegun = false
    /// Whether the application holds it no more.
    var isDropped = false
    /// Set when no more messages come: nil for an end as wished.
    var ending: Result<Void, AMQPError>?

    init(
        channel: ChannelReference, queue: String, noAck: Bool, isExclusive: Bool, prefetch: UInt16,
        arguments: AMQPTable, machine: ConsumerMachine
    ) {
        self.channel = channel
        self.queue = queue
        self.noAck = noAck
        self.isExclusive = isExclusive
        self.prefetch = prefetch
        self.arguments = arguments
        self.machine = machine
    }
}

/// A message on its way to the broker, and who waits for it.
struct Outgoing: Sendable {
    enum Completion: Sendable {
        case caller(CheckedContinuation<Void, any Error>)
        case pipeline(UInt64)
        /// Called once; nil says that the broker has it.
        case handler(@Sendable (AMQPError?) -> Void)
    }

    var id: UInt64
    var exchange: String
    var routingKey: String
    var isMandatory: Bool
    var message: AMQPMessage
    var completion: Completion
    var deadline: MonotonicInstant

    var method: Method {
        .basic(.publish(exchange: exchange, routingKey: routingKey, mandatory: isMandatory))
    }
}

/// Messages published one behind the other without waiting for each.
///
/// A class, so that reading one field copies one field; unchecked, because only the session's `state` lock leads to it.
final class PipelineRecord: @unchecked Sendable {
    struct Waiter: Sendable {
        var id: UInt64
        var continuation: CheckedContinuation<Void, any Error>
        var deadline: MonotonicInstant
    }

    let window: Int
    var inFlight = 0
    var failures = 0
    var firstError: AMQPError?
    var waitingForSpace: [Waiter] = []
    var waitingForAll: [Waiter] = []

    init(window: Int) {
        self.window = window
    }

    /// Those whose waiting has an end: space has come, half a window of it so that nobody wakes for each, or all is
    /// confirmed.
    func takeReady() -> [Waiter] {
        var ready: [Waiter] = []
        if !waitingForSpace.isEmpty, inFlight <= window / 2 {
            ready = waitingForSpace
            waitingForSpace = []
        }
        if !waitingForAll.isEmpty, inFlight == 0 {
            ready += waitingForAll
            waitingForAll = []
        }
        return ready
    }
}

/// A call that the broker has not answered, and what is to happen when it does.
struct CallRecord: Sendable {
    enum Purpose: Sendable {
        /// The application waits.
        case caller(CheckedContinuation<CallReply, any Error>, TopologyChange?)
        /// The application waits for a channel to open.
        case open(CheckedContinuation<CallReply, any Error>)
        /// The application waits for confirms on a channel that has opened.
        case confirms(CheckedContinuation<CallReply, any Error>)
        /// The application waits for a channel to close.
        case close(CheckedContinuation<CallReply, any Error>)
        /// A consumer asks for messages; the application waits for it the first time.
        case subscribe(String, CheckedContinuation<CallReply, any Error>?)
        case unsubscribe(String)
        /// The queue of a consumer that the broker has ended.
        case redeclare(String)
        case step(RecoveryStep)
        case nothing
    }

    var channel: ChannelReference
    var purpose: Purpose
    var deadline: MonotonicInstant
}

/// A call that waits for the connection.
struct DeferredCall: Sendable {
    enum What: Sendable {
        case call(Method)
        case open
        case subscribe(String)
    }

    var id: UInt64
    var what: What
    var record: CallRecord
}

/// What a call changes on the broker when it succeeds.
enum TopologyChange: Sendable {
    case declaredExchange(ExchangeDeclaration)
    case declaredQueue(QueueDeclaration)
    case bound(Binding)
    case deletedExchange(String)
    case deletedQueue(String)
    case unbound(Binding)
}
#endif
