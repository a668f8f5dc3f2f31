#if AMQP
import HobAMQP
import HobProtocol
import Synchronization

/// What `redrive` and `discard` have in common: some or all parked messages, one after the other.
struct ParkedWork: Sendable {
    /// What came of it.
    struct Outcome: Hashable, Sendable {
        /// How many messages were, or would be, dealt with.
        var count: Int
        /// How many are parked then.
        var left: Int
        /// Which of the wished ids no parked message has.
        var missing: [String]
    }

    var queue: String
    var limit: Int?
    var ids: [String]
    var isDryRun: Bool
    /// What happens to messages, as in `3 messages put back`.
    var words: String
    var isProgressWanted: Bool

    /// The ids that are meant; nil is all.
    var wanted: Set<String>? { ids.isEmpty ? nil : Set(ids) }

    /// Does it, or only looks.
    func perform(
        at url: AMQPURL, timeout: Duration,
        _ body: @escaping @Sendable (AMQPParking, @escaping @Sendable (Int, String?) -> Void) async throws -> Int
    ) async throws -> Outcome {
        let tally = Tally()
        do {
            return try await BrokerSession.with(url, timeout: timeout) { connection in
                let parking = AMQPParking(of: queue, on: connection)
                let total = try await parking.count()
                if isDryRun { return try await look(parking, total) }
                let line = ProgressLine(
                    total: wanted == nil ? min(total, limit ?? total) : ids.count, words, isWanted: isProgressWanted)
                defer { line.end() }
                let count = try await body(parking) { count, id in
                    tally.note(count, id)
                    line.report(count)
                }
                // Asked, not reckoned: a consumer that runs may have parked them again.
                return Outcome(count: count, left: try await parking.count(), missing: missing(tally.ids))
            }
        } catch let failure as CommandFailure where tally.count > 0 {
            throw CommandFailure(
                failure.exitStatus,
                "\(failure.message); \(Self.messages(tally.count)) \(words) before, the rest stays parked")
        }
    }

    /// What has been done so far, for the case that it does not come to its end.
    private final class Tally: Sendable {
        private let state = Mutex((count: 0, ids: Set<String>()))

        var count: Int { state.withLock { $0.count } }
        var ids: Set<String> { state.withLock { $0.ids } }

        func note(_ count: Int, _ id: String?) {
            state.withLock { state in
                state.count = count
                if let id { state.ids.insert(id) }
            }
        }
    }

    private func look(_ parking: AMQPParking, _ total: Int) async throws -> Outcome {
        guard let wanted else {
            let count = min(total, limit ?? total)
            return Outcome(count: count, left: total - count, missing: [])
        }
        let found = try await parking.messages(limit: limit ?? .max, messageIDs: wanted)
        return Outcome(
            count: found.count, left: total - found.count,
            missing: limit == nil ? missing(Set(found.compactMap(\.properties.messageID))) : [])
    }

    private func missing(_ found: Set<String>) -> [String] {
        limit == nil ? ids.filter { !found.contains($0) } : []
    }

    /// Says what came of it.
    func report(_ outcome: Outcome, as name: String, json: Bool, quiet: Bool) throws {
        if json {
            var object = JSONObjectBuilder()
            object.add("queue", queue)
            object.add(name, outcome.count)
            object.add("left", outcome.left)
            if !outcome.missing.isEmpty { object.add("missing", outcome.missing) }
            object.add("dryRun", isDryRun)
            Terminal.print(object.object.line)
        } else if !quiet {
            let would = isDryRun ? "would be " : ""
            Terminal.print(
                "\(Self.messages(outcome.count)) \(would)\(words); \(outcome.left) \(isDryRun ? "would stay" : "left") parked"
            )
        }
        guard outcome.missing.isEmpty else {
            let names = outcome.missing.map { "'\($0)'" }.joined(separator: ", ")
            throw CommandFailure(CommandFailure.failed, "no message parked in \(queue).parked has the id \(names)")
        }
    }

    private static func messages(_ count: Int) -> String { count == 1 ? "1 message" : "\(count) messages" }
}
#endif
