package import HobPolicy
package import HobProtocol

extension Backoff {
    /// The back-off as JSON.
    package var json: JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("initial", initial.json)
        builder.add("maximum", maximum.json)
        builder.add("factor", JSONValue.number(factor))
        builder.add("jitter", JSONValue.number(jitter))
        builder.add("resetAfter", resetAfter.json)
        return builder.object
    }

    /// Reads a back-off.
    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "back-off")
        guard let factor = try reader.optionalDouble("factor"), let jitter = try reader.optionalDouble("jitter"),
            factor >= 1, jitter >= 0, jitter <= 1
        else { throw reader.wrong("factor", "at least 1, and 'jitter' from 0 to 1") }
        self.init(
            initial: try reader.duration("initial"), maximum: try reader.duration("maximum"), factor: factor,
            jitter: jitter, resetAfter: try reader.duration("resetAfter"))
    }
}

extension RestartPolicy {
    /// The policy as JSON.
    package var json: JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("on", condition.rawValue)
        if !normalStatuses.isEmpty { builder.add("statuses", Self.json(normalStatuses)) }
        if !normalSignals.isEmpty { builder.add("signals", Self.json(normalSignals)) }
        builder.add("backoff", backoff.json)
        if let limit {
            builder.add("limit", limit.count)
            builder.add("window", limit.window.json)
        }
        builder.add("retry", retry?.json)
        return builder.object
    }

    /// Reads a policy.
    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "restart")
        var limit: RateLimit?
        if let count: Int = try reader.optionalInteger("limit") {
            limit = RateLimit(count: count, window: try reader.duration("window"))
        }
        guard let backoff = reader.optional("backoff") else { throw reader.missing("backoff") }
        let retry: Backoff? = if let json = reader.optional("retry") { try Backoff(json: json) } else { nil }
        self.init(
            condition: try reader.choice("on"), normalStatuses: Self.numbers(reader.optional("statuses")),
            normalSignals: Self.numbers(reader.optional("signals")), backoff: try Backoff(json: backoff),
            limit: limit, retry: retry)
    }

    private static func json(_ numbers: Set<Int32>) -> JSONValue {
        .array(numbers.sorted().map { .integer(Int64($0)) })
    }

    private static func numbers(_ json: JSONValue?) -> Set<Int32> {
        Set((json?.elements ?? []).compactMap { $0.integer.flatMap(Int32.init(exactly:)) })
    }
}
