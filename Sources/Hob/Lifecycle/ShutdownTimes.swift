/// How long a shutdown may take.
struct ShutdownTimes: Sendable, Hashable {
    /// For everything, from the signal to the end of the process.
    var deadline: Duration
    /// For ending by itself, before tasks are cancelled: three quarters, so that clean-up has the rest.
    var patience: Duration { deadline * 3 / 4 }
}
