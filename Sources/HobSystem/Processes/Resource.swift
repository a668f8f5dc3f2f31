/// What a resource limit bounds.
package enum Resource: String, CaseIterable, Sendable {
    case processorTime = "cpu"
    case fileSize = "file_size"
    case data = "data"
    case stack = "stack"
    case core = "core"
    case residentSet = "resident_set"
    case processes = "processes"
    case openFiles = "open_files"
    case lockedMemory = "locked_memory"
    case addressSpace = "address_space"
    case locks = "locks"
    case pendingSignals = "pending_signals"
    case messageQueues = "message_queues"
    case nice = "nice"
    case realTimePriority = "real_time_priority"
    case realTimeTime = "real_time_time"

    /// The kernel's number (the same on every architecture Swift runs on).
    package var number: Int32 {
        switch self {
        case .processorTime: 0
        case .fileSize: 1
        case .data: 2
        case .stack: 3
        case .core: 4
        case .residentSet: 5
        case .processes: 6
        case .openFiles: 7
        case .lockedMemory: 8
        case .addressSpace: 9
        case .locks: 10
        case .pendingSignals: 11
        case .messageQueues: 12
        case .nice: 13
        case .realTimePriority: 14
        case .realTimeTime: 15
        }
    }

    /// The kernel's name, like `RLIMIT_NOFILE`.
    package var name: String {
        switch self {
        case .processorTime: "RLIMIT_CPU"
        case .fileSize: "RLIMIT_FSIZE"
        case .data: "RLIMIT_DATA"
        case .stack: "RLIMIT_STACK"
        case .core: "RLIMIT_CORE"
        case .residentSet: "RLIMIT_RSS"
        case .processes: "RLIMIT_NPROC"
        case .openFiles: "RLIMIT_NOFILE"
        case .lockedMemory: "RLIMIT_MEMLOCK"
        case .addressSpace: "RLIMIT_AS"
        case .locks: "RLIMIT_LOCKS"
        case .pendingSignals: "RLIMIT_SIGPENDING"
        case .messageQueues: "RLIMIT_MSGQUEUE"
        case .nice: "RLIMIT_NICE"
        case .realTimePriority: "RLIMIT_RTPRIO"
        case .realTimeTime: "RLIMIT_RTTIME"
        }
    }
}
