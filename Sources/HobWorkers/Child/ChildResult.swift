public import HobPolicy

/// How a child process went.
public struct ChildResult: Hashable, Sendable {
    /// Its number, which may be somebody else's by now.
    public let pid: Int32
    /// How its main process ended.
    public let outcome: ExitOutcome
    /// What it wrote to stdout.
    public let output: CapturedBytes
    /// What it wrote to stderr.
    public let errors: CapturedBytes
    /// Whether its time was over before it ended.
    public let timedOut: Bool
    /// The numbers of the signals that it, or what it left behind, was sent by us, in order.
    public let signals: [Int32]
    /// How long its main process lived.
    public let duration: Duration
    /// The numbers of processes of its tree that not even SIGKILL has ended, since the kernel holds them; else empty.
    public let survivors: [Int32]

    /// Whether it exited with 0 in time.
    public var isSuccess: Bool { outcome.isSuccess && !timedOut }
}
