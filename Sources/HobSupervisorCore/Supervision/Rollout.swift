/// A rolling restart: one instance after the other, each usable before the next goes.
struct Rollout: Hashable, Sendable {
    /// An instance, and the generation that counts as its success.
    struct Turn: Hashable, Sendable {
        var slot: Int
        /// The service whose instance it is.
        var service: String
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
    /// The services whose instances still have their turn; another rollout of one of them waits until they had it.
    ///
    /// No more than follows from the turns, so that a next life, which is told only of those, makes the same of it.
    private(set) var services: Set<String>
    /// Whether `before_stop` may not object.
    var force: Bool
    /// The operation that waits.
    var operation: UInt64?

    init(number: UInt32, current: Turn? = nil, remaining: [Turn], force: Bool, operation: UInt64?) {
        self.number = number
        self.current = current
        self.remaining = remaining[...]
        services = Set(remaining.map(\.service))
        if let current { services.insert(current.service) }
        self.force = force
        self.operation = operation
    }

    /// The turn is over; after the last one of its service others may have that.
    mutating func endTurn() {
        guard let turn = current else { return }
        current = nil
        // Those of one service mostly follow one another: the first one that is looked at is the answer.
        if !remaining.contains(where: { $0.service == turn.service }) { services.remove(turn.service) }
    }

    /// Whether an instance still has its turn to come or to end.
    func concerns(_ slot: Int) -> Bool {
        current?.slot == slot || remaining.contains { $0.slot == slot }
    }
}
