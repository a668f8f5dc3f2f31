/// What the operator wants of an instance.
package enum WantedState: String, Hashable, Sendable, CaseIterable {
    case up, down
}

/// What an instance is doing; one word for people, scripts and the wire.
package enum ActualState: String, Hashable, Sendable, CaseIterable {
    /// No process, and none is coming.
    case stopped
    /// Wanted, and waiting for others to be ready or for its turn.
    case waiting
    /// Its process is being started, or lives and is not ready yet.
    case starting
    /// It lives; nothing better is known of it, since no readiness was declared.
    case running
    /// It said, or showed, that it may be used.
    case ready
    /// It is being ended.
    case stopping
    /// Its process ended unasked; the next one starts after a delay.
    case backingOff = "backing-off"
    /// It was given up, for now or for good.
    case failed
    /// A task that ran to its end successfully.
    case done

    /// Whether others may rely on it.
    package var isUp: Bool {
        switch self {
        case .running, .ready: true
        case .stopped, .waiting, .starting, .stopping, .backingOff, .failed, .done: false
        }
    }
}

/// Whether a definition runs for ever or to completion.
package enum ServiceKind: String, Hashable, Sendable, CaseIterable {
    case service, task
}
