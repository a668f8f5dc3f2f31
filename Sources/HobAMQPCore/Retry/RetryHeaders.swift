/// What a message that could not be handled carries on its way up the ladder, and how it is read again.
///
/// A later attempt is a copy that we publish. What of the original would harm the copy goes into a header: an expiration
/// would end its wait early and empty the parking queue, the broker refuses another user's name, and would route the
/// copy by `CC` and `BCC` once more.
package struct RetryHeaders: Hashable, Sendable {
    /// How many attempts have failed.
    package static let attempts = "x-hob-attempts"
    /// Why the last one failed.
    package static let reason = "x-hob-reason"
    /// When it failed.
    package static let failedAt = "x-hob-failed-at"
    /// The exchange it was published to at first.
    package static let exchange = "x-hob-exchange"
    /// The routing key it was published with at first.
    package static let routingKey = "x-hob-routing-key"
    /// Its expiration at first.
    package static let expiration = "x-hob-expiration"
    /// Its user at first.
    package static let userID = "x-hob-user-id"
    /// Its further routing keys at first.
    package static let furtherKeys = "x-hob-cc"

    /// The queue whose ladder it is.
    package var queue: String

    /// The headers of a queue's ladder.
    package init(queue: String) {
        self.queue = queue
    }

    // MARK: Counting

    /// How many attempts have failed, by the message's own header and by what the broker has noted of the ladder's
    /// queues: the larger of both.
    ///
    /// The broker's count is there when a publisher has forged the header or left it out, or a tool has moved the
    /// message. Where they differ, one attempt too few ends in the parking queue, from where it can be fetched; one too
    /// many could go round for ever.
    package func attempts(of properties: AMQPProperties) -> Int {
        max(0, properties.headers?[Self.attempts]?.integer ?? 0, waits(of: properties))
    }

    /// How often the message has waited in one of the ladder's queues to the end, by the broker's `x-death`.
    package func waits(of properties: AMQPProperties) -> Int {
        guard case .array(let deaths)? = properties.headers?[Self.deaths] else { return 0 }
        return deaths.reduce(0) { sum, death in
            guard case .table(let death) = death, isOfLadder(death), death["reason"]?.string == "expired" else {
                return sum
            }
            // One entry for each queue and reason; without a count it is one time.
            let (result, overflow) = sum.addingReportingOverflow(max(0, death["count"]?.integer ?? 1))
            return overflow ? .max : result
        }
    }

    private static let deaths = "x-death"

    private func isOfLadder(_ death: AMQPTable) -> Bool {
        death["queue"]?.string?.hasPrefix("\(queue).retry.") == true
    }

    // MARK: Copies

    /// The properties of the copy after a failed attempt.
    ///
    /// - Parameters:
    ///   - properties: the original's.
    ///   - exchange: where the original was published to.
    ///   - routingKey: the original's.
    ///   - attempt: the number of the attempt that failed.
    ///   - reason: why; it is cut to 1,000 characters.
    ///   - now: seconds since 1970.
    package func failed(
        _ properties: AMQPProperties, exchange: String, routingKey: String, attempt: Int, reason: String, now: UInt64
    ) -> AMQPProperties {
        var copy = published(properties)
        var headers = copy.headers ?? [:]
        if exchange != "" || routingKey != queue, headers[Self.exchange] == nil {
            headers[Self.exchange] = .string(exchange)
            headers[Self.routingKey] = .string(routingKey)
        }
        headers[Self.attempts] = .int64(Int64(attempt))
        headers[Self.reason] = .string(String(reason.prefix(1_000)))
        headers[Self.failedAt] = .timestamp(now)
        copy.headers = headers
        return copy
    }

    /// The properties of a message that begins anew: the ladder has not seen it.
    package func renewed(_ properties: AMQPProperties) -> AMQPProperties {
        var copy = published(properties)
        guard var headers = copy.headers else { return copy }
        for name in [Self.attempts, Self.reason, Self.failedAt] { headers[name] = nil }
        if case .array(let deaths)? = headers[Self.deaths] {
            let others = deaths.filter { death in
                guard case .table(let death) = death else { return true }
                return !isOfLadder(death)
            }
            headers[Self.deaths] = others.isEmpty ? nil : .array(others)
        }
        copy.headers = headers.isEmpty ? nil : headers
        return copy
    }

    /// Where the message was published at first, when this is a copy of ours; nil for an original.
    package func origin(
        of properties: AMQPProperties, exchange: String, routingKey: String
    ) -> (exchange: String, routingKey: String)? {
        // Copies come back by the default exchange; what came by another one says where from by itself.
        guard exchange == "", routingKey == queue,
            let first = properties.headers?[Self.exchange]?.string,
            let key = properties.headers?[Self.routingKey]?.string
        else { return nil }
        return (first, key)
    }

    /// Without what would harm a copy.
    private func published(_ properties: AMQPProperties) -> AMQPProperties {
        var copy = properties
        var headers = copy.headers ?? [:]
        if let expiration = copy.expiration { headers[Self.expiration] = .string(expiration) }
        if let user = copy.userID { headers[Self.userID] = .string(user) }
        copy.expiration = nil
        copy.userID = nil
        for name in ["CC", "BCC"] {
            if let keys = headers[name] {
                headers[name] = nil
                if name == "CC" { headers[Self.furtherKeys] = keys }
            }
        }
        copy.headers = headers.isEmpty ? nil : headers
        return copy
    }
}
