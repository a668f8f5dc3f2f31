/// At most so many events in any stretch of time: a sliding window, not one that starts anew.
public struct RateLimit: Hashable, Sendable {
    /// How many events the window may hold.
    public var count: Int
    /// The length of the window.
    public var window: Duration

    /// Makes a limit.
    public init(count: Int, window: Duration) {
        self.count = count
        self.window = window
    }
}

/// The events a ``RateLimit`` has seen lately.
public struct SlidingWindow: Hashable, Sendable {
    /// When the recent events were, oldest first; never more than the limit allows.
    public private(set) var instants: [MonotonicInstant] = []

    /// Makes an empty window.
    public init() {}

    /// Makes a window that has seen events before.
    ///
    /// - Parameter instants: when they were, oldest first.
    public init(instants: [MonotonicInstant]) {
        self.instants = instants
    }

    /// Records an event if the limit has room for it.
    ///
    /// - Returns: false, and nothing is recorded, when the event would be one too many.
    public mutating func admit(at now: MonotonicInstant, under limit: RateLimit) -> Bool {
        forget(before: now, under: limit)
        guard instants.count < limit.count else { return false }
        instants.append(now)
        return true
    }

    /// How many events lie in the window that ends now.
    public func count(at now: MonotonicInstant, under limit: RateLimit) -> Int {
        instants.reduce(0) { now - $1 < limit.window ? $0 + 1 : $0 }
    }

    /// Forgets everything.
    public mutating func clear() {
        instants.removeAll()
    }

    private mutating func forget(before now: MonotonicInstant, under limit: RateLimit) {
        let fresh = instants.firstIndex { now - $0 < limit.window } ?? instants.endIndex
        if fresh > 0 { instants.removeSubrange(..<fresh) }
    }
}
