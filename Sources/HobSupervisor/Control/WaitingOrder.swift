import HobProtocol
import HobSystem

/// An order whose client waits for its end.
final class WaitingOrder {
    /// The request it came with.
    let request: Request
    /// Where the answer goes; nil once the client is gone.
    weak var connection: ControlConnection?
    /// The instances whose events are its progress.
    var slots: Set<Int> = []
    /// What an apply changed.
    var changes: [Change] = []
    /// When the client gives up.
    var timer: TimerToken?
    /// The newest ticket of the store when it was given; what it decided has later ones.
    let ticket: UInt64
    /// Whether the supervisor ends after it.
    var endsSupervisor = false

    init(_ request: Request, _ connection: ControlConnection, after ticket: UInt64) {
        self.ticket = ticket
        self.request = request
        self.connection = connection
    }
}

/// A request that is answered when logs are on disk.
struct PendingFlush {
    var request: Request
    weak var connection: ControlConnection?
    var remaining: Set<UInt64>
    var outcomes: [Outcome]
}
