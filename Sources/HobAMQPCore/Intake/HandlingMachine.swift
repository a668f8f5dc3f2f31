/// One message under way, decided: its handler's end, its timeout and a cancellation race, and one of them settles it.
///
///     running ──ends───────────────→ settling ──settled──→ over
///        └────time is up──→ both ──settled──→ stuck ──ends──┘
///                             └──ends──→ settling
///
/// A handler that does not listen keeps its place, but not its message: that is settled when its time is up.
package struct HandlingMachine: Sendable {
    enum Phase: Hashable, Sendable {
        case running
        /// Being settled, while the handler has not ended.
        case both
        /// Settled, and the handler has not ended.
        case stuck
        /// Being settled, and the handler has ended.
        case settling
        case over
    }

    /// What happens to the message.
    package enum Event: Hashable, Sendable {
        /// The handler has ended, in this way.
        case ended(Verdict)
        /// Its time is up.
        case expired
        /// All handlers are to end.
        case cancel
        /// What the verdict asks for has been done.
        case settled
    }

    /// What is to be done.
    package enum Action: Hashable, Sendable {
        /// Cancel the handler, and what is being done to settle the message.
        case cancel
        /// Do what the verdict asks for.
        case settle(Verdict)
        /// The place is free.
        case free
    }

    /// What is to become of the message.
    package enum Verdict: Hashable, Sendable {
        /// It is done with.
        case acknowledge
        /// It is tried again later, or parked after the last attempt.
        case fail(reason: String)
        /// It is parked at once.
        case park(reason: String)
        /// It goes back to the queue as it is: its handler was told to end.
        case giveBack
    }

    private let timeout: String
    /// Whether all handlers were told to end.
    package private(set) var isCancelled = false
    var phase = Phase.running

    /// Whether nothing follows.
    package var isOver: Bool { phase == .over }

    /// A message whose handler begins.
    ///
    /// - Parameter timeout: what is said when its time is up.
    package init(timeout: String) {
        self.timeout = timeout
    }

    /// Takes an event and answers what is to be done, in this order.
    package mutating func handle(_ event: Event) -> [Action] {
        switch (event, phase) {
        case (.ended(let verdict), .running):
            phase = .settling
            return [.settle(isCancelled ? whenCancelled(verdict) : verdict)]
        case (.ended, .both):
            phase = .settling
            return []
        case (.ended, .stuck), (.settled, .settling):
            phase = .over
            return [.free]
        case (.expired, .running):
            // Its message goes back when it ends, or with the connection.
            guard !isCancelled else { return [] }
            phase = .both
            return [.cancel, .settle(.fail(reason: timeout))]
        case (.settled, .both):
            phase = .stuck
            return []
        case (.cancel, .running), (.cancel, .both), (.cancel, .stuck), (.cancel, .settling):
            isCancelled = true
            return [.cancel]
        case (.cancel, .over), (.ended, .settling), (.ended, .over), (.expired, .both), (.expired, .stuck),
            (.expired, .settling), (.expired, .over), (.settled, .running), (.settled, .stuck), (.settled, .over):
            return []
        }
    }

    /// An error of a handler that was told to end says nothing about its message.
    private func whenCancelled(_ verdict: Verdict) -> Verdict {
        switch verdict {
        case .fail: .giveBack
        case .acknowledge, .park, .giveBack: verdict
        }
    }
}
