package import HobPolicy

/// A consumer, decided: events in, actions out, nothing done.
///
///     idle → subscribing → active ──cancel──→ cancelling → ended
///       ↑         ↑           ├── the broker cancels ──→ ended, or waiting ─timer→ subscribing
///       │         │           └── the channel ends ────→ ended, or
///       └─────────┴────── lost, until the channel is open again
///
/// With acknowledgements the prefetch bounds what has been delivered and not taken. Without, nothing on the wire does:
/// then reading stops at a limit and goes on at half of it.
package struct ConsumerMachine: Sendable {
    /// What to do when the broker ends the consumer of its own accord.
    package enum WhenCancelled: Hashable, Sendable {
        /// The messages end with an error.
        case end
        /// Ask again, waiting longer each time.
        case resubscribe(Backoff)
    }

    enum Phase: Hashable, Sendable {
        case idle
        case subscribing
        case active
        case waiting
        case lost
        case cancelling
        case ended
    }

    private let whenCancelled: WhenCancelled
    /// Messages delivered and not taken, at which reading stops; nil when the prefetch bounds them.
    private let backlogLimit: Int?
    var phase = Phase.idle
    private(set) var backlog = 0
    private var isPaused = false
    private var cancellations = 0

    /// A consumer that has not begun.
    ///
    /// - Parameters:
    ///   - whenCancelled: what to do when the broker ends it.
    ///   - backlogLimit: at how many messages that nobody has taken reading stops; nil when the prefetch bounds them.
    package init(whenCancelled: WhenCancelled, backlogLimit: Int?) {
        self.whenCancelled = whenCancelled
        self.backlogLimit = backlogLimit
    }

    /// Whether nothing follows.
    package var isEnded: Bool { phase == .ended }
    /// Whether it is to be subscribed when its channel is open again.
    package var awaitsChannel: Bool { phase == .lost || phase == .idle }

    /// Takes an event and answers what is to be done, in this order.
    ///
    /// - Parameter generator: the source of the jitter.
    package mutating func handle(
        _ event: ConsumerEvent, using generator: inout some RandomNumberGenerator
    ) -> [ConsumerAction] {
        switch event {
        case .subscribe: subscribe()
        case .subscribed: subscribed()
        case .refused(let ending): refused(ending)
        case .delivered: delivered()
        case .taken: taken()
        case .cancel: cancel()
        case .cancelled: phase == .cancelling ? finish(.cancelled) : []
        case .cancelledByServer: cancelledByServer(using: &generator)
        case .channelEnded(let ending, let returns): channelEnded(ending, returns: returns)
        case .expired: expired()
        }
    }

    private mutating func subscribe() -> [ConsumerAction] {
        switch phase {
        case .idle, .lost:
            phase = .subscribing
            return [.consume]
        case .subscribing, .active, .waiting, .cancelling, .ended: return []
        }
    }

    private mutating func subscribed() -> [ConsumerAction] {
        switch phase {
        case .subscribing:
            phase = .active
            return []
        // It was cancelled while the question was on its way; the cancel follows it.
        case .cancelling, .idle, .active, .waiting, .lost, .ended: return []
        }
    }

    private mutating func refused(_ ending: ChannelEnding) -> [ConsumerAction] {
        switch phase {
        case .subscribing: finish(.channel(ending))
        case .cancelling: finish(.cancelled)
        case .idle, .active, .waiting, .lost, .ended: []
        }
    }

    private mutating func delivered() -> [ConsumerAction] {
        switch phase {
        // The first message may overtake nothing, but the answer to the question is handled by somebody else.
        case .subscribing, .active:
            backlog += 1
            cancellations = 0
            guard let backlogLimit, backlog >= backlogLimit, !isPaused else { return [.push] }
            isPaused = true
            return [.push, .pauseReading]
        // What was on its way goes back to the queue, as the rest does.
        case .cancelling, .waiting:
            backlog += 1
            return [.push] + giveBack()
        case .idle, .lost, .ended: return []
        }
    }

    private mutating func giveBack() -> [ConsumerAction] {
        backlog = 0
        return [.requeueBuffered] + resume()
    }

    private mutating func resume() -> [ConsumerAction] {
        guard isPaused else { return [] }
        isPaused = false
        return [.resumeReading]
    }

    private mutating func taken() -> [ConsumerAction] {
        backlog = max(0, backlog - 1)
        guard let backlogLimit, backlog <= backlogLimit / 2 else { return [] }
        return resume()
    }

    private mutating func cancel() -> [ConsumerAction] {
        switch phase {
        case .subscribing, .active:
            phase = .cancelling
            return [.cancel] + giveBack()
        case .idle, .waiting, .lost: return finish(.cancelled)
        case .cancelling, .ended: return []
        }
    }

    private mutating func cancelledByServer(using generator: inout some RandomNumberGenerator) -> [ConsumerAction] {
        switch phase {
        case .cancelling: return finish(.cancelled)
        case .subscribing, .active:
            switch whenCancelled {
            // What has come may still be acknowledged, so the application gets it.
            case .end: return finish(.cancelledByServer)
            case .resubscribe(let backoff):
                phase = .waiting
                cancellations += 1
                return [.resubscribe(after: backoff.delay(afterFailures: cancellations, using: &generator))]
            }
        case .idle, .waiting, .lost, .ended: return []
        }
    }

    private mutating func expired() -> [ConsumerAction] {
        guard phase == .waiting else { return [] }
        phase = .subscribing
        return [.consume]
    }

    private mutating func channelEnded(_ ending: ChannelEnding, returns: Bool) -> [ConsumerAction] {
        switch phase {
        case .ended: return []
        case .cancelling: return [.dropBuffered] + finish(.cancelled)
        case .idle, .subscribing, .active, .waiting, .lost:
            backlog = 0
            guard returns else { return [.dropBuffered] + finish(.channel(ending)) }
            phase = .lost
            return [.dropBuffered] + resume()
        }
    }

    private mutating func finish(_ ending: ConsumerEnding) -> [ConsumerAction] {
        phase = .ended
        return resume() + [.finish(ending)]
    }
}
