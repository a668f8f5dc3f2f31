package import HobPolicy

/// How hard to try to get a connection, and to get it back.
package struct RecoveryPolicy: Hashable, Sendable {
    /// How long to wait between rounds over all hosts.
    package var backoff: Backoff
    /// The most to wait after a round in which nobody was there.
    package var maximumWhenUnreachable: Duration
    /// After so many rounds in a row it is given up; nil never.
    package var maximumRounds: Int?
    /// Whether the first connection is tried as hard as a lost one; else one round over all hosts decides.
    package var persistsAtStart: Bool
    /// Whether a lost connection is made again at all.
    package var recovers: Bool

    /// A policy.
    package init(
        backoff: Backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(10), resetAfter: .seconds(3)),
        maximumWhenUnreachable: Duration = .seconds(1), maximumRounds: Int? = nil, persistsAtStart: Bool = false,
        recovers: Bool = true
    ) {
        self.backoff = backoff
        self.maximumWhenUnreachable = maximumWhenUnreachable
        self.maximumRounds = maximumRounds
        self.persistsAtStart = persistsAtStart
        self.recovers = recovers
    }
}
