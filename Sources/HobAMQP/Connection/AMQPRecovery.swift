#if AMQP
import HobAMQPCore
public import HobPolicy

/// What happens when a connection breaks.
///
/// With recovery the hosts are tried one after the other, waiting longer after each round; then channels, prefetch,
/// exchanges, queues, bindings and consumers are made again, and what the broker had not confirmed is published again
/// under the same message id, so that it arrives at least once. Meanwhile calls and publishes wait until their own
/// deadlines.
public struct AMQPRecovery: Hashable, Sendable {
    /// What becomes of messages that were published and not confirmed when the connection broke.
    public enum Unconfirmed: Hashable, Sendable {
        /// They are published again; the broker may get one twice, with the same message id.
        case republish
        /// Their publishers get an error with code ``AMQPError/Code/connectionLost``.
        case fail
    }

    /// How long to wait between rounds over all hosts.
    public var backoff: Backoff
    /// The most to wait after a round in which nobody was there: every host refused at once, had no name, or hung up
    /// before its first word. That costs a broker nothing, and who waits longer comes back later than it does.
    public var maximumWhenUnreachable: Duration
    /// After so many rounds in a row it is given up; nil never.
    public var maximumRounds: Int?
    /// Whether the first connection is tried as hard as a lost one; else one round over all hosts decides.
    public var persistsAtStart: Bool
    /// What becomes of unconfirmed messages.
    public var unconfirmed: Unconfirmed
    let recovers: Bool

    /// Recovery.
    ///
    /// - Parameters:
    ///   - backoff: how long to wait between rounds over all hosts; by default 100 ms doubling to 10 s. A connection
    ///     that stood for its `resetAfter`, by default 3 s, is made again at once when it breaks.
    ///   - maximumWhenUnreachable: the most to wait while nobody is there; by default 1 s.
    ///   - maximumRounds: after so many rounds in a row it is given up; nil, the default, never.
    ///   - persistsAtStart: whether the first connection is tried as hard; not by default.
    ///   - unconfirmed: what becomes of unconfirmed messages; by default they are published again.
    public init(
        backoff: Backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(10), resetAfter: .seconds(3)),
        maximumWhenUnreachable: Duration = .seconds(1), maximumRounds: Int? = nil, persistsAtStart: Bool = false,
        unconfirmed: Unconfirmed = .republish
    ) {
        self.init(backoff, maximumWhenUnreachable, maximumRounds, persistsAtStart, unconfirmed, recovers: true)
    }

    private init(
        _ backoff: Backoff, _ maximumWhenUnreachable: Duration, _ maximumRounds: Int?, _ persistsAtStart: Bool,
        _ unconfirmed: Unconfirmed, recovers: Bool
    ) {
        self.backoff = backoff
        self.maximumWhenUnreachable = maximumWhenUnreachable
        self.maximumRounds = maximumRounds
        self.persistsAtStart = persistsAtStart
        self.unconfirmed = unconfirmed
        self.recovers = recovers
    }

    /// A connection that breaks is closed for good, and everybody who waits gets an error.
    public static let none = AMQPRecovery(Backoff(), .zero, nil, false, .fail, recovers: false)

    var policy: RecoveryPolicy {
        RecoveryPolicy(
            backoff: backoff, maximumWhenUnreachable: maximumWhenUnreachable, maximumRounds: maximumRounds,
            persistsAtStart: persistsAtStart, recovers: recovers)
    }
}
#endif
