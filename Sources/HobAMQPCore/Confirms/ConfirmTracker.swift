/// The messages of one channel that the broker has not confirmed, in the order in which they were published.
///
///     appended (waits to be sent) → sent (has a tag) → settled: taken, refused, or returned and taken
///                    ↑_______ restart: the connection is new __|
///
/// Tags begin at 1 on each opening of the channel. Single and multiple confirms settle in any order; memory is given
/// back from the front. A return comes before the confirm of its message and is kept until then.
package struct ConfirmTracker<Message: Sendable>: Sendable {
    /// What the broker did with a message.
    package enum Outcome: Hashable, Sendable {
        /// It has it.
        case taken
        /// It could not take it.
        case refused
        /// It took it and found no queue for it.
        case returned(AMQPReplyCode, String)
    }

    /// A message whose fate is known.
    package struct Settled: Sendable {
        /// The name it was given when it was published.
        package var ticket: UInt64
        /// The message.
        package var message: Message
        /// What became of it.
        package var outcome: Outcome
        /// Nobody waits for it any longer.
        package var isAbandoned: Bool
    }

    private struct Slot: Sendable {
        var ticket: UInt64
        var message: Message
        var returned: Outcome?
        var isSettled = false
        var isAbandoned = false
    }

    private var slots = RingQueue<Slot>()
    /// How many of the slots, from the front, have been sent.
    private var sent = 0
    /// The tag of the first slot, once it is sent.
    private var firstTag: UInt64 = 1
    private var lastTicket: UInt64 = 0
    /// How many messages are neither settled nor abandoned before they were sent.
    package private(set) var inFlight = 0

    /// A tracker without messages.
    package init() {}

    /// Whether something waits to be sent.
    package var hasUnsent: Bool { sent < slots.count }

    /// Takes a message that is to be sent when its turn comes.
    ///
    /// - Returns: its name, which stays the same when it is sent again.
    package mutating func append(_ message: Message) -> UInt64 {
        lastTicket += 1
        slots.append(Slot(ticket: lastTicket, message: message))
        inFlight += 1
        return lastTicket
    }

    /// The next message to send; it has the next tag from here on.
    package mutating func takeUnsent() -> Message? {
        skipSettledUnsent()
        guard sent < slots.count else { return nil }
        sent += 1
        return slots[sent - 1].message
    }

    /// The next message to send, which keeps its place.
    package mutating func nextUnsent() -> Message? {
        skipSettledUnsent()
        return sent < slots.count ? slots[sent].message : nil
    }

    /// Gives up the next message to send, because it cannot be.
    package mutating func dropUnsent() {
        skipSettledUnsent()
        guard sent < slots.count else { return }
        slots[sent].isSettled = true
        inFlight -= 1
        skipSettledUnsent()
    }

    /// A message given up before it was sent has no tag; the first ones of the unsent are taken out when their turn
    /// comes.
    private mutating func skipSettledUnsent() {
        guard sent < slots.count, slots[sent].isSettled else { return }
        var kept = RingQueue<Slot>()
        for index in 0..<slots.count where index < sent || !slots[index].isSettled { kept.append(slots[index]) }
        slots = kept
    }

    /// The broker has dealt with a message, or, with `multiple`, with it and all before it.
    ///
    /// - Parameters:
    ///   - tag: the number of the message on this opening of the channel; 0 with `multiple` means all.
    ///   - settled: what is settled by it is appended here.
    /// - Throws: when no message of this number was sent.
    package mutating func settle(
        tag: UInt64, multiple: Bool, isTaken: Bool, into settled: inout [Settled]
    ) throws(AMQPProtocolError) {
        let limit = firstTag + UInt64(sent)
        guard tag < limit, tag > 0 || multiple else {
            throw AMQPProtocolError(.commandInvalid, "a confirm for message \(tag), and \(limit - 1) have been sent")
        }
        let last = tag == 0 ? limit - 1 : tag
        // Before the first: a second confirm of what is settled, which harms nobody.
        guard last >= firstTag else { return }
        let end = Int(last - firstTag)
        for index in (multiple ? 0 : end)...end where !slots[index].isSettled {
            slots[index].isSettled = true
            inFlight -= 1
            let slot = slots[index]
            settled.append(
                Settled(
                    ticket: slot.ticket, message: slot.message,
                    outcome: isTaken ? slot.returned ?? .taken : .refused, isAbandoned: slot.isAbandoned))
        }
        while sent > 0, slots[0].isSettled {
            _ = slots.popFirst()
            sent -= 1
            firstTag += 1
        }
    }

    /// A message has come back; its confirm follows.
    ///
    /// - Returns: whether it is one of ours.
    package mutating func returned(
        _ code: AMQPReplyCode, _ text: String, where matches: (Message) -> Bool
    ) -> Bool {
        for index in 0..<sent where !slots[index].isSettled && slots[index].returned == nil {
            guard matches(slots[index].message) else { continue }
            slots[index].returned = .returned(code, text)
            return true
        }
        return false
    }

    /// Nobody waits for this message any longer.
    ///
    /// - Returns: whether it had not been sent; then it never is.
    @discardableResult
    package mutating func abandon(_ ticket: UInt64) -> Bool {
        for index in 0..<slots.count where slots[index].ticket == ticket { return abandon(at: index) }
        return false
    }

    /// Nobody waits for these any longer; each message is looked at once, in the order of publishing.
    ///
    /// - Parameters:
    ///   - most: how many at the most.
    ///   - matches: whether a message that somebody waits for is one of them.
    /// - Returns: the messages.
    package mutating func abandon(_ most: Int = .max, where matches: (Message) -> Bool) -> [Message] {
        var abandoned: [Message] = []
        for index in 0..<slots.count where abandoned.count < most {
            let slot = slots[index]
            guard !slot.isSettled, !slot.isAbandoned, matches(slot.message) else { continue }
            abandon(at: index)
            abandoned.append(slot.message)
        }
        return abandoned
    }

    @discardableResult
    private mutating func abandon(at index: Int) -> Bool {
        slots[index].isAbandoned = true
        guard index >= sent, !slots[index].isSettled else { return false }
        slots[index].isSettled = true
        inFlight -= 1
        return true
    }

    /// The channel is new: what was sent and not settled waits to be sent again, in its old order; what nobody waits
    /// for is dropped.
    package mutating func restart() {
        var kept = RingQueue<Slot>()
        for index in 0..<slots.count {
            var slot = slots[index]
            guard !slot.isSettled else { continue }
            guard !slot.isAbandoned else {
                inFlight -= 1
                continue
            }
            slot.returned = nil
            kept.append(slot)
        }
        slots = kept
        sent = 0
        firstTag = 1
    }

    /// Gives all messages up, in their order: their fate is unknown.
    package mutating func removeAll() -> [(ticket: UInt64, message: Message)] {
        var removed: [(ticket: UInt64, message: Message)] = []
        for index in 0..<slots.count where !slots[index].isSettled && !slots[index].isAbandoned {
            removed.append((slots[index].ticket, slots[index].message))
        }
        slots.removeAll()
        sent = 0
        firstTag = 1
        inFlight = 0
        return removed
    }
}
