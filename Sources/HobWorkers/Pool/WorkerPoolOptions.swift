public import HobPolicy
public import Logging

/// The habits of a ``WorkerPool``; everything has a default.
public struct WorkerPoolOptions: Sendable {
    /// How workers show that they still work.
    public enum Heartbeat: Hashable, Sendable {
        /// Hob beats in a task of the worker, four times in this span: it fails when the worker's tasks do not turn any
        /// more, be it that they block all threads of Swift's pool or that the process stands still.
        case automatic(within: Duration)
        /// The worker itself calls ``WorkerContext/beat()`` or ``WorkerContext/requestDone()`` within this span, over and
        /// over: it fails as well when one of its tasks hangs while others turn.
        case manual(within: Duration)

        /// The span.
        public var limit: Duration {
            switch self {
            case .automatic(let limit), .manual(let limit): limit
            }
        }
    }

    /// What becomes of the workers when the pool's process dies without a word.
    public enum Orphans: String, Hashable, Sendable {
        /// The kernel kills them at once.
        case die
        /// They finish what they have in hand, for as long as ``WorkerPoolOptions/drain`` allows, and end.
        case drain
    }

    /// One immediate attempt, then 20 ms doubling to 30 s; the death of a worker that was ready for a quarter of a second
    /// is the first again.
    public static let standardBackoff = Backoff(initial: .milliseconds(20), resetAfter: .milliseconds(250))

    /// What the pool goes by, in process titles and messages; nil: the worker's name.
    public var name: String?
    /// How long a worker may take from its start to its readiness; 30 s unless told otherwise.
    public var startDeadline: Duration = .seconds(30)
    /// How a worker that is stuck is found, and killed; nil: it is not. Automatic within 30 s unless told otherwise.
    public var heartbeat: Heartbeat? = .automatic(within: .seconds(30))
    /// How long a worker that is to end may finish what it has in hand; 30 s unless told otherwise.
    public var drain: Duration = .seconds(30)
    /// The signals for one that has not ended by then; SIGKILL follows. TERM and a second unless told otherwise.
    public var stop = StopSequence(steps: [StopSequence.Step(signal: 15, patience: .seconds(1))])
    /// How a slot waits when its workers die at once again and again.
    public var backoff = WorkerPoolOptions.standardBackoff
    /// After how many requests (``WorkerContext/requestDone()``) a worker is replaced; nil: never.
    public var maximumRequests: Int?
    /// At which age a worker is replaced; nil: never.
    public var maximumAge: Duration?
    /// By up to which share of it the age is cut, at random, so that workers are not replaced all together; 0 to 1.
    public var ageJitter = 0.2
    /// With how much memory (RSS, looked at every 5 s) a worker is replaced; nil: never.
    public var maximumMemory: ByteSize?
    /// What becomes of the workers when the pool's process dies without a word.
    public var orphans = Orphans.die
    /// Where deaths and replacements are logged.
    public var logger = Logger(label: "hob.workers")
    /// Is told of everything that happens, for metrics; called on the thread that watches the workers, so it must be
    /// short.
    public var observer: (@Sendable (WorkerPoolEvent) -> Void)?

    /// The defaults.
    public init() {}
}
