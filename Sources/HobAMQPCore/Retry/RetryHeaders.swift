/// What a message that could not be handled carries on its way up the ladder, and how it is read again.
///
/// A later attempt is a copy that we publish. What of the original would harm the copy goes into a header: an expiration
/// would end its wait early and empty the parking queue, the broker refuses another user's name, and would route the
/// copy by `CC` and `BCC` once more.
package struct RetryHeaders: Hashable, Sendable {
    /// The queue of the consumer that wrote these headers.
    package static let queue = "x-hob-queue"
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
    /// What `x-death` said that is not of this queue's ladder.
    package static let otherDeaths = "x-hob-death"

    /// The queue whose ladder it is.
    package var queue: String

    /// The headers of a queue's ladder.
    package init(queue: String) {
        self.queue = queue
    }

    /// Whether our headers are about this queue. A handler that forwards a message with its properties carries another
    /// queue's along; a message without a queue's name was put there by hand, and means this one.
    private func areOurs(_ headers: AMQPTable?) -> Bool {
        guard let name = headers?[Self.queue] else { return true }
        return name == .string(queue)
    }

    // MARK: Counting

    /// How many attempts have failed, by the message's own header and by what the broker has noted of the ladder's
    /// queues: the larger of both.
    ///
    /// The broker's count is there when a publisher has forged the header or left it out, or a tool has moved the
    /// message. Where they differ, one attempt too few ends in the parking queue, from where it can be fetched; one too
    /// many could go round for ever.
    package func attempts(of properties: AMQPProperties) -> Int {
        let counted = areOurs(properties.headers) ? properties.headers?[Self.attempts]?.integer : nil
        return max(0, counted ?? 0, waits(of: properties))
    }

    /// How often the message has waited in one of the ladder's queues to the end, by the broker's `x-death`.
    package func waits(of properties: AMQPProperties) -> Int {
        LadderDeaths(queue: queue).waits(of: properties.headers?[LadderDeaths.header])
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
        // Copies come back by the default exchange; what came another way has a new origin.
        if exchange != "" || routingKey != queue {
            headers[Self.exchange] = .string(exchange)
            headers[Self.routingKey] = .string(routingKey)
        }
        LadderDeaths(queue: queue).rebuild(in: &headers, now: now)
        headers[Self.queue] = .string(queue)
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
        if case .array(let deaths)? = headers[LadderDeaths.header] {
            let others = deaths.filter { !LadderDeaths(queue: queue).isOfLadder($0) }
            headers[LadderDeaths.header] = others.isEmpty ? nil : .array(others)
        }
        // It stays with the headers that are believed by it.
        if !headers.fields.contains(where: { Self.remembered.contains($0.name) }) { headers[Self.queue] = nil }
        copy.headers = headers.isEmpty ? nil : headers
        return copy
    }

    /// Where the message was published at first, when this is a copy of ours; nil for an original.
    package func origin(
        of properties: AMQPProperties, exchange: String, routingKey: String
    ) -> (exchange: String, routingKey: String)? {
        // Copies come back by the default exchange; what came by another one says where from by itself.
        guard exchange == "", routingKey == queue, areOurs(properties.headers),
            let first = properties.headers?[Self.exchange]?.string,
            let key = properties.headers?[Self.routingKey]?.string
        else { return nil }
        return (first, key)
    }

    /// What a copy knows of its original.
    private static let remembered = [exchange, routingKey, expiration, userID, furtherKeys, otherDeaths]

    /// Without what would harm a copy.
    private func published(_ properties: AMQPProperties) -> AMQPProperties {
        var copy = properties
        var headers = copy.headers ?? [:]
        if !areOurs(headers) {
            for name in [Self.queue, Self.attempts, Self.reason, Self.failedAt] + Self.remembered {
                headers[name] = nil
            }
        }
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
