#if AMQP
import HobAMQPCore
import HobPolicy
import Logging
import NIOCore

/// Everything a connection is, under the session's lock: the pure machines, and who waits for what.
///
///     bytes → decoder → connection machine ─┐
///                     → channel machines  ──┼→ actions → out (bytes), effects (done when the lock is given back)
///     calls of the application ─────────────┘
///     recovery machine: which host, when, and what is made again
struct SessionState: Sendable {
    enum Phase: Sendable {
        case live
        /// The application closes; when the last confirm has come, or too late, the connection is closed.
        case draining
        case closing
        case over(AMQPError)
    }

    var settings: SessionSettings
    var phase = Phase.live
    var recovery: RecoveryMachine
    var connection: ConnectionMachine
    /// Counts attempts to connect; what an earlier one still says is not listened to.
    var epoch: UInt64 = 0
    var transport: (any Channel)?
    var decoder = FrameDecoder()
    var limits: ConnectionLimits
    var out = ByteWriter(capacity: 1 << 14)
    var isFlushScheduled = false
    var effects: [SessionEffect] = []

    var channels: [UInt16: ChannelRecord] = [:]
    /// Why channels that the application still holds have ended.
    var endedChannels: [UInt64: AMQPError] = [:]
    var consumers: [String: ConsumerRecord] = [:]
    var calls: [UInt64: CallRecord] = [:]
    var deferred: [DeferredCall] = []
    var pipelines: [UInt64: PipelineRecord] = [:]
    var registry = TopologyRegistry()

    var state = AMQPConnectionState.connecting
    var blockedReason: String?
    /// Why a consumer could not be made again; told to the recovery when its channel has ended, too.
    var refusedStep: (code: AMQPReplyCode, text: String)?
    /// Why there has been no connection since there was one last.
    var troubles: Set<String> = []
    var startWaiters: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    var closeWaiters: [CheckedContinuation<Void, any Error>] = []
    var secretWaiters: [PipelineRecord.Waiter] = []
    /// Publishers without confirms that wait until what is written has gone.
    var spaceWaiters: [PipelineRecord.Waiter] = []
    /// Channels whose messages wait until what is written has gone.
    var heldBack: [UInt16] = []
    /// Whether the timer for acknowledgements runs.
    var awaitsAcks = false
    var pausedConsumers: Set<String> = []
    var timerGenerations: [SessionTimer: UInt64] = [:]
    var sweepAt: MonotonicInstant?
    var traffic = AMQPTraffic()
    var toldTraffic = AMQPTraffic()
    var generator: SplitMix64
    var lastID: UInt64 = 0
    /// Makes message ids of this process's life distinct from every other's.
    let idPrefix: String
    var settledScratch: [ConfirmTracker<Outgoing>.Settled] = []

    init(_ settings: SessionSettings, seed: UInt64) {
        self.settings = settings
        generator = SplitMix64(seed: seed)
        recovery = RecoveryMachine(settings.recovery.policy, hosts: settings.hosts.count, seed: seed)
        connection = ConnectionMachine(settings.plan)
        limits = settings.plan.limits.unanswered
        idPrefix = String(generator.next(), radix: 36) + "-"
    }

    static func now() -> MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds))
    }

    mutating func nextID() -> UInt64 {
        lastID += 1
        return lastID
    }

    /// The channel for declarations on a new connection is the highest; the application's are below.
    var topologyNumber: UInt16 { max(2, limits.channelMax) }

    var isUp: Bool { recovery.isUp && connection.isOpen }

    /// Why nothing can be asked of the connection any more; nil while it can.
    var refusal: AMQPError? {
        switch phase {
        case .live: nil
        case .draining, .closing:
            AMQPError(.connectionClosed, "the connection to \(settings.name) is being closed")
        case .over(let error): error
        }
    }

    // MARK: Effects

    mutating func set(_ timer: SessionTimer, after delay: Duration) {
        // Never a number twice, so that a timer can be forgotten.
        let generation = nextID()
        timerGenerations[timer] = generation
        effects.append(.set(timer, delay, generation: generation))
    }

    /// The timer may still fire; it is not listened to.
    mutating func unset(_ timer: SessionTimer) {
        timerGenerations[timer] = nil
    }

    mutating func enter(_ state: AMQPConnectionState) {
        guard state != self.state else { return }
        self.state = state
        effects.append(.state(state))
    }

    mutating func takeEffects() -> [SessionEffect] {
        if !out.isEmpty, !isFlushScheduled, transport != nil {
            isFlushScheduled = true
            effects.append(.flush)
        }
        guard !effects.isEmpty else { return [] }
        defer { effects = [] }
        return effects
    }

    mutating func tellTraffic() {
        guard settings.observer != nil, traffic != toldTraffic else { return }
        effects.append(.moved(traffic - toldTraffic))
        toldTraffic = traffic
    }

    /// Writes a method; what the application asked for has been checked before, so an error is ours.
    mutating func write(_ method: Method, on channel: UInt16) {
        do {
            try out.methodFrame(method, channel: channel, frameMax: limits.frameMax)
        } catch {
            effects.append(.log(.error, "\(method.name) could not be written: \(error)"))
        }
    }

    /// Complains about a method that cannot be written, before anybody waits for its answer.
    func check(_ method: Method) throws(AMQPError) {
        var scratch = ByteWriter()
        do throws(AMQPProtocolError) {
            try scratch.methodFrame(method, channel: 1, frameMax: limits.frameMax)
        } catch {
            throw AMQPError(error)
        }
    }
}
#endif
