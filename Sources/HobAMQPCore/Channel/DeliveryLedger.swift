/// The deliveries of one channel that await an acknowledgement.
///
/// A tag settled twice, or of a channel that has been opened anew since, closes the channel when it is sent; so neither
/// is. Each opening of the channel is a generation, and a delivery remembers its own.
package struct DeliveryLedger: Sendable {
    /// What became of an acknowledgement.
    package enum Verdict: Hashable, Sendable {
        /// Send it; so many deliveries are settled by it, the last of which is this one.
        case send(settled: Int, last: UInt64)
        /// The channel is not the one that delivered: the broker delivers again, and nothing is sent.
        case stale
        /// It has been settled before.
        case settledBefore
    }

    /// How often the channel has been opened; 0 before the first time.
    package private(set) var generation: UInt64 = 0
    private var unsettled: Set<UInt64> = []

    /// A ledger of a channel that has not been opened.
    package init() {}

    /// How many await an acknowledgement.
    package var count: Int { unsettled.count }

    /// The first of those that await an acknowledgement.
    package var firstUnsettled: UInt64? { unsettled.min() }

    /// The channel has been opened: what was delivered before will be delivered again.
    package mutating func begin() {
        generation += 1
        unsettled.removeAll(keepingCapacity: true)
    }

    /// A delivery that awaits an acknowledgement has come.
    ///
    /// - Throws: when the broker gives a tag that is still in use.
    package mutating func delivered(_ tag: UInt64) throws(AMQPProtocolError) {
        guard tag > 0, unsettled.insert(tag).inserted else {
            throw AMQPProtocolError(.syntaxError, "the delivery tag \(tag) has come twice")
        }
    }

    /// The application has dealt with a delivery, or, with `multiple`, with it and all before it.
    package mutating func settle(_ tag: UInt64, multiple: Bool, generation: UInt64) -> Verdict {
        guard generation == self.generation else { return .stale }
        guard multiple else {
            return unsettled.remove(tag) == nil ? .settledBefore : .send(settled: 1, last: tag)
        }
        let gone = unsettled.filter { $0 <= tag }
        guard let last = gone.max() else { return .settledBefore }
        unsettled.subtract(gone)
        return .send(settled: gone.count, last: last)
    }
}
