#if AMQP
import HobAMQPCore

/// Where a consumer service stands.
public struct AMQPConsumerStatus: Hashable, Sendable {
    /// What it is about.
    public enum Phase: Hashable, Sendable {
        /// It has not run yet.
        case idle
        /// It connects, or asks the broker for messages.
        case starting
        /// It takes messages; while a broken connection is made again, too.
        case running
        /// It is to be quiet, and handlers are still at work, or messages go back.
        case pausing
        /// It is quiet: nothing comes, and nothing is under way.
        case paused
        /// It stops, and handlers are still at work.
        case draining
        /// Its run has ended.
        case ended

        init(_ phase: IntakePhase) {
            self =
                switch phase {
                case .idle: .idle
                case .subscribing: .starting
                case .taking: .running
                case .pausing: .pausing
                case .paused: .paused
                case .draining: .draining
                case .over: .ended
                }
        }
    }

    /// What it is about.
    public var phase: Phase
    /// Whether it is, or will be, paused.
    public var isPaused: Bool
    /// How many messages are handled at once, at most; nil while nobody has said and nothing has run.
    public var concurrency: Int?
    /// How many messages are being handled. A handler that does not end after its timeout counts until it does.
    public var handlersUnderWay: Int
}
#endif
