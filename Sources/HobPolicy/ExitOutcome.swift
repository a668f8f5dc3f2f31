/// How a process ended.
public enum ExitOutcome: Hashable, Sendable, CustomStringConvertible {
    /// It exited by itself, with this status.
    case exited(Int32)
    /// A signal ended it.
    case signaled(Int32, coreDumped: Bool)
    /// Nobody saw it end: the processes that could have told were gone as well.
    case unknown

    /// Whether the process said that all went well.
    public var isSuccess: Bool {
        self == .exited(0)
    }

    /// The outcome as a sentence's end, such as `exited with status 1` or `terminated with signal SIGSEGV`.
    public var description: String {
        switch self {
        case .exited(let status): "exited with status \(status)"
        case .signaled(let number, let coreDumped):
            "terminated with signal \(SignalNames.name(of: number))" + (coreDumped ? " (core dumped)" : "")
        case .unknown: "ended while nobody watched; its status is unknown"
        }
    }

    /// The status a shell would report: the exit status, or 128 plus the signal's number; nil when unknown.
    public var shellStatus: Int32? {
        switch self {
        case .exited(let status): status
        case .signaled(let number, _): 128 + number
        case .unknown: nil
        }
    }
}
