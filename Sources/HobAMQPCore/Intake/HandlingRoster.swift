/// Who is at work, and whether they are to end: one decision for those who are there and those who come a moment later.
///
/// The intake decides about messages and about the cancellation one after the other, but two threads carry that out.
package struct HandlingRoster<Handling> {
    private var handlings: [UInt64: Handling] = [:]
    private var last: UInt64 = 0
    /// Whether all were told to end.
    package private(set) var isCancelled = false

    /// Nobody is at work.
    package init() {}

    /// Puts in a new one.
    ///
    /// - Parameter make: makes it, with the number by which it is taken out again.
    /// - Returns: the new one, and whether it is to end at once.
    package mutating func add(_ make: (UInt64) -> Handling) -> (handling: Handling, isCancelled: Bool) {
        last += 1
        let handling = make(last)
        handlings[last] = handling
        return (handling, isCancelled)
    }

    /// Takes one out.
    package mutating func remove(_ number: UInt64) { handlings[number] = nil }

    /// Tells all to end, also those that come later.
    ///
    /// - Returns: those that are there.
    package mutating func cancelAll() -> [Handling] {
        isCancelled = true
        return Array(handlings.values)
    }
}

extension HandlingRoster: Sendable where Handling: Sendable {}
