/// A copy's properties, cut until they fit into a frame.
///
/// A client's own headers go first, the largest before the others; what the ladder needs stays.
package struct FittedHeaders: Hashable, Sendable {
    /// What fits.
    package private(set) var properties: AMQPProperties
    /// The names of the headers that were left out, the largest first.
    package private(set) var dropped: [String] = []

    /// Room for a message id that is given later, and for a sentence about what was left out.
    private static let reserve = 512
    /// They are small, and the message cannot be counted, found or explained without them.
    private static let kept = [RetryHeaders.queue, RetryHeaders.attempts, RetryHeaders.failedAt]
    private static let wanted = [
        RetryHeaders.exchange, RetryHeaders.routingKey, RetryHeaders.expiration, RetryHeaders.userID,
    ]

    /// Cuts properties; those that fit stay as they are.
    ///
    /// - Parameters:
    ///   - properties: the copy's.
    ///   - reason: why it is given up; it stays as far as there is room.
    ///   - frameMax: bytes of the largest frame.
    package init(_ properties: AMQPProperties, reason: String, frameMax: UInt32) {
        self.properties = properties
        var headers = properties.headers ?? [:]
        headers[RetryHeaders.reason] = nil
        let most = max(0, Int(frameMax) - Self.reserve)
        var size = Self.size(properties, headers)
        let candidates = headers.fields.filter { !Self.kept.contains($0.name) }
            .map { (name: $0.name, isWanted: Self.wanted.contains($0.name), size: Self.size(of: $0)) }
            .sorted { $0.isWanted == $1.isWanted ? $0.size > $1.size : $1.isWanted }
        var left: Set<String> = []
        for candidate in candidates where size > most {
            left.insert(candidate.name)
            size -= candidate.size
        }
        dropped = candidates.map(\.name).filter { left.contains($0) }
        headers = AMQPTable(headers.fields.filter { !left.contains($0.name) }.map { ($0.name, $0.value) })
        // The room that is left, half of the reserve included.
        let room = max(0, most + Self.reserve / 2 - size - 32)
        let text = "\(Self.sentence(dropped)); \(reason)".shortened(to: min(room, 1_000))
        if !text.isEmpty { headers[RetryHeaders.reason] = .string(text) }
        self.properties.headers = headers
    }

    /// What was left out, in a sentence; a few names of many.
    package static func sentence(_ names: [String]) -> String {
        let some = names.prefix(5).map { $0.shortened(to: 40) }.joined(separator: ", ")
        return "its headers did not fit into a frame, without these they do: \(some)"
            + (names.count > 5 ? " and \(names.count - 5) more" : "")
    }

    private static func size(_ properties: AMQPProperties, _ headers: AMQPTable) -> Int {
        var properties = properties
        properties.headers = headers
        var writer = ByteWriter()
        // A field that cannot be written ends it early; the publish says so.
        try? ContentHeader(bodySize: 0, properties: properties).write(to: &writer)
        return writer.count + Frame.overhead
    }

    private static func size(of field: AMQPTable.Field) -> Int {
        var writer = ByteWriter()
        try? writer.table(AMQPTable([(field.name, field.value)]))
        return max(0, writer.count - 4)
    }
}
