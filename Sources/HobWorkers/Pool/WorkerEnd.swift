public import HobPolicy

/// How a worker ended, and why.
public struct WorkerEnd: Hashable, Sendable {
    /// Why a worker ends.
    public enum Reason: String, Hashable, Sendable {
        /// It returned, threw, crashed, or somebody killed it.
        case unasked
        /// It was not ready in time.
        case slowStart
        /// It was without a heartbeat for too long.
        case stuck
        /// The pool ends or needs fewer workers.
        case notNeeded
        /// It was replaced by a restart.
        case restart
        /// It has served as many requests as it may.
        case requests
        /// It was as old as it may be.
        case age
        /// It had more memory than it may.
        case memory

        init(_ cause: PoolCause) {
            self =
                switch cause {
                case .unasked: .unasked
                case .slowStart: .slowStart
                case .stuck: .stuck
                case .notNeeded: .notNeeded
                case .restart: .restart
                case .requests: .requests
                case .age: .age
                case .memory: .memory
                }
        }
    }

    /// The number of its slot, from 1.
    public let number: Int
    /// Its pid, which may be somebody else's by now; nil when it could not be started.
    public let pid: Int32?
    /// Why.
    public let reason: Reason
    /// How its process ended; nil when it could not be started.
    public let outcome: ExitOutcome?
    /// The error that it threw, as `Type: text`, else the last lines of its stderr; empty when there are none.
    public let text: String
    /// How long it lived.
    public let lifetime: Duration
    /// Whether it had been ready.
    public let wasReady: Bool

    /// All of it in one sentence.
    public var sentence: String {
        let who = pid.map { "worker \(number) (pid \($0))" } ?? "worker \(number)"
        let how = outcome.map { "\($0)" } ?? "could not be started"
        let why: String =
            switch reason {
            case .unasked, .notNeeded, .restart: ""
            case .slowStart: ", since it was not ready in time"
            case .stuck: ", since it was stuck"
            case .requests: ", having served its requests"
            case .age: ", having reached its age"
            case .memory: ", having too much memory"
            }
        return "\(who) \(how)\(why)" + (text.isEmpty ? "" : ": \(text)")
    }
}
