/// One turn of something that is done again and again.
public struct Tick: Sendable, Hashable {
    /// Which turn it is, from 1.
    public let number: Int
    /// How many turns of a strict interval were left out just before this one, because the last run took too long.
    public let skipped: Int
}
