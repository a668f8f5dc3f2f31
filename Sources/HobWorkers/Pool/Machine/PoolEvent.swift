/// What a pool hears. A worker is known by the number of its life, which no other has.
enum PoolEvent: Hashable, Sendable {
    /// The pool begins, with its fewest workers.
    case start
    /// The pool ends; its workers may take so long for what they have in hand.
    case stop(drain: Duration)
    /// There shall be so many workers.
    case scale(Int)
    /// These slots get new workers, one after the other; nil: all.
    case restart([Int]?)
    /// A worker may be used.
    case ready(Int)
    /// It makes progress.
    case beat(Int)
    /// It should be replaced: it has served enough, grown too much, or asked for it.
    case recycle(Int, PoolCause)
    /// It has ended, or never began.
    case ended(Int)
    /// Its time to become ready is over.
    case startTimedOut(Int)
    /// It was too long without a beat.
    case beatMissed(Int)
    /// It is old enough.
    case ageOver(Int)
    /// The patience of a step of its end is over.
    case stopPatienceOver(Int, step: Int)
    /// The pause before the next attempt in a slot is over.
    case retryDue(slot: Int)
}
