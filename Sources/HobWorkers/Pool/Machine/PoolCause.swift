/// Why a worker ends.
enum PoolCause: Hashable, Sendable {
    /// By itself, or by somebody else's hand.
    case unasked
    /// It was not ready in time, and was killed.
    case slowStart
    /// It was without a beat for too long, and was killed.
    case stuck
    /// The pool ends, or needs fewer.
    case notNeeded
    /// It was replaced on demand.
    case restart
    /// It has served as many requests as it may.
    case requests
    /// It is as old as it may be.
    case age
    /// It has more memory than it may.
    case memory

    /// Whether somebody wanted it.
    var isAsked: Bool {
        switch self {
        case .unasked, .slowStart, .stuck: false
        case .notNeeded, .restart, .requests, .age, .memory: true
        }
    }
}
