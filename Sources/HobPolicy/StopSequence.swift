/// The ladder of signals that ends a process: each step waits its patience before the next one.
public struct StopSequence: Hashable, Sendable {
    /// One rung: a signal, and how long to wait for the process to go.
    public struct Step: Hashable, Sendable {
        /// The signal's number.
        public var signal: Int32
        /// How long to wait after the signal before the next step.
        public var patience: Duration

        /// Makes a step.
        public init(signal: Int32, patience: Duration) {
            self.signal = signal
            self.patience = patience
        }
    }

    /// The steps before the end; the end is always SIGKILL to the whole tree.
    public var steps: [Step]

    /// Makes a sequence; SIGKILL follows the last step by itself.
    public init(steps: [Step]) {
        self.steps = steps
    }

    /// SIGTERM, ten seconds, SIGKILL.
    public static let standard = StopSequence(steps: [Step(signal: 15, patience: .seconds(10))])

    /// The longest time the ladder takes before SIGKILL.
    public var totalPatience: Duration {
        steps.reduce(.zero) { $0 + $1.patience }
    }
}
