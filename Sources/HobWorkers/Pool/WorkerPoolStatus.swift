public import HobPolicy

/// A pool at one moment.
public struct WorkerPoolStatus: Sendable {
    /// One worker.
    public struct Worker: Hashable, Sendable {
        /// What it is in.
        public enum State: String, Hashable, Sendable {
            /// Its process runs, and it is not ready yet.
            case starting
            /// It works.
            case ready
            /// It finishes what it has in hand.
            case stopping
            /// It was killed, and is not gone yet.
            case killed
        }

        /// The number of its slot, from 1; for a moment of a replacement two workers have the same.
        public let number: Int
        /// Its pid; nil for the moment before it has one.
        public let pid: Int32?
        /// What it is in.
        public let state: State
        /// How long it has lived.
        public let age: Duration
        /// How many requests it has reported.
        public let requests: Int
        /// The memory it had when that was looked at last; nil unless it is limited.
        public let memory: ByteSize?
    }

    /// The pool's name.
    public let name: String
    /// The fewest and the most workers.
    public let bounds: ClosedRange<Int>
    /// How many there shall be.
    public let target: Int
    /// Those that live, by slot.
    public let workers: [Worker]
    /// The slots that wait before another attempt, since their workers have died at once again and again.
    public let waiting: [Int]
    /// The last ends nobody asked for, at most 32, the latest last.
    public let failures: [WorkerEnd]
    /// How many workers were started in all.
    public let started: Int
    /// How many have ended unasked in all, killed ones included.
    public let failed: Int
    /// How many requests all workers have reported, living and dead.
    public let requests: Int

    /// How many workers may be used.
    public var ready: Int { workers.count { $0.state == .ready } }
}
