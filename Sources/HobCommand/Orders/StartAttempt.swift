import HobProtocol

/// One attempt to start an instance, as far as events tell of it.
///
/// It counts from the state `starting` on: the news that a process runs may come after its first words.
struct StartAttempt: Hashable {
    /// The number of the event it began with.
    var sequence: UInt64
    /// When it began, in milliseconds of Unix time.
    var time: Int64
    /// When the next one began, which has words of its own; nil when there was none.
    var end: Int64?
    /// Whether it got as far as to have a process.
    var hasProcess = false
    /// Whether its process has ended: what begins after that is the next attempt.
    var hasEnded = false

    /// Learns of the next attempt.
    mutating func note(_ event: EventRecord) {
        guard end == nil, event.kind == .state, event.state == .starting, event.sequence > sequence else { return }
        end = event.time
    }
}
