/// A rolling restart: one instance after the other, each usable before the next goes.
struct Rollout: Hashable, Sendable {
    /// An instance, and the generation that counts as its success.
    struct Turn: Hashable, Sendable {
        var slot: Int
        var generation: UInt64
        /// Its place in the queue as it was at first.
        var position = 0
    }

    /// Tells it from the others.
    var number: UInt32 = 0

    /// The instance whose turn it is.
    var current: Turn?
    /// Those still to come.
    var remaining: ArraySlice<Turn>
    /// The services whose instances these are; another rollout of one of them waits until this one is over.
    var services: Set<String>
    /// Whether `before_stop` may not object.
    var force: Bool
    /// The operation that waits.
    var operation: UInt64?

    /// Whether an instance still has its turn to come or to end.
    func concerns(_ slot: Int) -> Bool {
        current?.slot == slot || remaining.contains { $0.slot == slot }
    }
}
