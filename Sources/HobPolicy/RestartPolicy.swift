/// When a process that ended by itself is started again, and how fast.
public struct RestartPolicy: Hashable, Sendable {
    /// Which ends lead to a restart.
    public enum Condition: String, Hashable, Sendable, CaseIterable {
        /// Every end that nobody asked for.
        case always
        /// Only an end that is not among the normal ones.
        case failure
        /// None.
        case never
    }

    /// Which ends lead to a restart.
    public var condition: Condition
    /// Ends that count as normal, besides status 0.
    public var normalStatuses: Set<Int32>
    /// Signals whose death counts as normal.
    public var normalSignals: Set<Int32>
    /// The delays between restarts.
    public var backoff: Backoff
    /// More unasked ends than this make the service `failed`; nil never gives up.
    public var limit: RateLimit?
    /// The delays after which a `failed` service is tried again; nil leaves it failed.
    public var retry: Backoff?

    /// Makes a policy; the defaults are a careful operator's.
    public init(
        condition: Condition = .always, normalStatuses: Set<Int32> = [], normalSignals: Set<Int32> = [],
        backoff: Backoff = Backoff(), limit: RateLimit? = nil, retry: Backoff? = RestartPolicy.standardRetry
    ) {
        self.condition = condition
        self.normalStatuses = normalStatuses
        self.normalSignals = normalSignals
        self.backoff = backoff
        self.limit = limit
        self.retry = retry
    }

    /// A failed service is tried again after 30 s, doubling to 5 min.
    public static let standardRetry = Backoff(
        initial: .seconds(30), maximum: .seconds(300), factor: 2, jitter: 0.2, resetAfter: .seconds(10))

    /// Whether an end is one the operator called normal.
    public func isNormal(_ outcome: ExitOutcome) -> Bool {
        switch outcome {
        case .exited(let status): status == 0 || normalStatuses.contains(status)
        case .signaled(let number, _): normalSignals.contains(number)
        case .unknown: false
        }
    }

    /// Whether an end that nobody asked for leads to a restart.
    public func restarts(after outcome: ExitOutcome) -> Bool {
        switch condition {
        case .always: !isListed(outcome)
        case .failure: !isNormal(outcome)
        case .never: false
        }
    }

    /// `always` restarts after status 0 too; only what the operator listed stays down.
    private func isListed(_ outcome: ExitOutcome) -> Bool {
        switch outcome {
        case .exited(let status): normalStatuses.contains(status)
        case .signaled(let number, _): normalSignals.contains(number)
        case .unknown: false
        }
    }
}
