/// What `x-death` may say in a copy for a queue's ladder.
///
/// The broker reads that header when the copy's wait ends, and adds to it. It trusts what it finds: an entry it cannot
/// read crashes the ladder's queue, two of one queue and reason do, too, and an entry of the consumer's own queue makes it
/// see a circle and drop the message. So a copy carries only the ladder's own entries, written anew.
struct LadderDeaths {
    static let header = "x-death"
    /// More is no more than this, so that the broker can go on counting.
    private static let mostCounted = Int(Int32.max)
    private static let reasons = ["expired", "maxlen", "rejected", "delivery_limit"]

    /// The queue whose ladder it is.
    let queue: String

    /// Whether an entry is of one of the ladder's queues.
    func isOfLadder(_ death: AMQPValue) -> Bool {
        guard case .table(let death) = death, let name = death["queue"]?.string else { return false }
        return isOfLadder(name)
    }

    /// Any number: the ladder may have had other delays yesterday.
    private func isOfLadder(_ name: String) -> Bool {
        let prefix = "\(queue).retry."
        guard name.hasPrefix(prefix) else { return false }
        let delay = name.utf8.dropFirst(prefix.utf8.count)
        return !delay.isEmpty && delay.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// How often one of the ladder's queues has kept the message to the end.
    func waits(of deaths: AMQPValue?) -> Int {
        guard case .array(let deaths)? = deaths else { return 0 }
        return deaths.reduce(0) { sum, death in
            guard isOfLadder(death), case .table(let death) = death, death["reason"]?.string == "expired" else {
                return sum
            }
            // One entry for each queue and reason; without a count it is one time.
            let (result, overflow) = sum.addingReportingOverflow(max(0, death["count"]?.integer ?? 1))
            return overflow ? .max : result
        }
    }

    /// Writes the ladder's entries anew, and moves all others out of the broker's sight.
    ///
    /// - Parameter now: seconds since 1970, for an entry that does not say when.
    func rebuild(in headers: inout AMQPTable, now: UInt64) {
        for field in headers.fields
        where (field.name.hasPrefix("x-first-death-") || field.name.hasPrefix("x-last-death-"))
            && field.value.string == nil
        {
            headers[field.name] = nil
        }
        guard let deaths = headers[Self.header] else { return }
        // All of that name: the wire allows it twice.
        headers[Self.header] = nil
        guard case .array(let deaths) = deaths else {
            if headers[RetryHeaders.otherDeaths] == nil { headers[RetryHeaders.otherDeaths] = deaths }
            return
        }
        var entries: [Entry] = []
        var others: [AMQPValue] = []
        for death in deaths {
            guard let entry = entry(death, now) else {
                others.append(death)
                continue
            }
            if let index = entries.firstIndex(where: { $0.queue == entry.queue && $0.reason == entry.reason }) {
                entries[index].count = min(Self.mostCounted, entries[index].count + entry.count)
            } else {
                entries.append(entry)
            }
        }
        if !entries.isEmpty { headers[Self.header] = .array(entries.map(\.value)) }
        if !others.isEmpty, headers[RetryHeaders.otherDeaths] == nil {
            headers[RetryHeaders.otherDeaths] = .array(others)
        }
    }

    private struct Entry {
        var queue: String
        var reason: String
        var count: Int
        var exchange: String
        var routingKeys: [AMQPValue]
        var time: UInt64

        var value: AMQPValue {
            [
                "count": .int64(Int64(count)), "reason": .string(reason), "queue": .string(queue),
                "time": .timestamp(time), "exchange": .string(exchange), "routing-keys": .array(routingKeys),
            ]
        }
    }

    /// An entry of the ladder whose fields are what they should be.
    private func entry(_ death: AMQPValue, _ now: UInt64) -> Entry? {
        guard case .table(let death) = death, let name = death["queue"]?.string, isOfLadder(name),
            let reason = death["reason"]?.string, Self.reasons.contains(reason),
            let count = (death["count"] ?? 1).integer, count >= 0
        else { return nil }
        var time = now
        if case .timestamp(let noted)? = death["time"] { time = noted }
        var keys: [AMQPValue] = [.string(name)]
        if case .array(let noted)? = death["routing-keys"], noted.allSatisfy({ $0.string != nil }) { keys = noted }
        return Entry(
            queue: name, reason: reason, count: min(Self.mostCounted, count), exchange: death["exchange"]?.string ?? "",
            routingKeys: keys, time: time)
    }
}
