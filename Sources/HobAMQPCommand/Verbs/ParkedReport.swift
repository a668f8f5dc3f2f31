#if AMQP
import HobAMQP
import HobPolicy
import HobProtocol

/// What `hob amqp parked` says.
struct ParkedReport {
    var queue: String
    /// How many are parked; of these the first are at hand.
    var count: Int
    var messages: [AMQPParkedMessage]
    /// Seconds since 1970.
    var now: Int64

    /// For a person.
    func lines(isColored: Bool) -> [String] {
        func paint(_ text: String, _ code: Int) -> String { isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
        guard count > 0 else { return ["nothing is parked in \(queue).parked"] }
        var lines = [
            count == 1 ? "1 message is parked in \(queue).parked" : "\(count) messages are parked in \(queue).parked"
        ]
        for message in messages {
            let name = message.properties.messageID.map(PrintableText.oneLine) ?? "(no message id)"
            var facts: [String] = []
            if let age = age(of: message) { facts.append("\(Duration.seconds(age).brief) ago") }
            facts.append(message.attempts == 1 ? "1 attempt" : "\(message.attempts) attempts")
            facts.append(ByteSize(bytes: Int64(message.body.count)).brief)
            if message.exchange != "" || message.routingKey != queue {
                facts.append(
                    "from exchange '\(PrintableText.oneLine(message.exchange))' by "
                        + "'\(PrintableText.oneLine(message.routingKey))'")
            }
            lines.append("\(paint(name, 1))  \(paint(facts.joined(separator: ", "), 2))")
            if let reason = message.reason {
                lines.append("  reason  " + paint(PrintableText.beginning(of: Array(reason.utf8), characters: 200), 31))
            }
            if !message.body.isEmpty {
                lines.append("  body    " + PrintableText.beginning(of: message.body, characters: 100))
            }
        }
        if messages.count < count { lines.append("and \(count - messages.count) more: --limit \(count) shows them") }
        return lines
    }

    /// For a program. Bodies are cut at 1,000 bytes, or are given in hexadecimal when they are no text.
    var json: JSONValue {
        var report = JSONObjectBuilder()
        report.add("queue", queue)
        report.add("parked", count)
        report.add("messages", .array(messages.map(json)))
        return report.object
    }

    private func json(_ message: AMQPParkedMessage) -> JSONValue {
        var object = JSONObjectBuilder()
        object.add("messageID", message.properties.messageID)
        object.add("attempts", message.attempts)
        object.add("reason", message.reason)
        object.add("failedAt", message.failedAt)
        object.add("age", age(of: message))
        object.add("exchange", message.exchange)
        object.add("routingKey", message.routingKey)
        object.add("contentType", message.properties.contentType)
        object.add("size", message.body.count)
        if message.body.count <= 1_000, let text = String(validating: message.body, as: UTF8.self) {
            object.add("body", text)
        } else {
            object.add("bodyBeginning", PrintableText.beginning(of: message.body, characters: 1_000))
        }
        return object.object
    }

    /// Seconds since it was parked; none for a time that is still to come.
    private func age(of message: AMQPParkedMessage) -> Int64? {
        message.failedAt.flatMap { Int64(exactly: $0) }.map { max(0, now - $0) }
    }
}
#endif
