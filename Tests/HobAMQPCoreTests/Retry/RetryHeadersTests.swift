import HobAMQPCore
import Testing

@Suite struct RetryHeadersTests {
    private let headers = RetryHeaders(queue: "q")

    private func properties(_ fields: AMQPTable) -> AMQPProperties {
        var properties = AMQPProperties()
        properties.headers = fields
        return properties
    }

    private func death(_ queue: String, _ count: Int64?, _ reason: String = "expired") -> AMQPValue {
        var table: AMQPTable = ["queue": .string(queue), "reason": .string(reason), "exchange": ""]
        if let count { table["count"] = .int64(count) }
        return .table(table)
    }

    private func failed(_ properties: AMQPProperties, exchange: String = "", routingKey: String = "q") -> AMQPProperties
    {
        headers.failed(
            properties, exchange: exchange, routingKey: routingKey, attempt: 2, reason: "x", now: 1_700_000_000)
    }

    @Test func `row 18: attempts are the header's or the broker's, whichever are more`() {
        let deaths = AMQPValue.array([
            death("q.retry.1000", 2), death("q.retry.5000", 1), death("q.retry.5000", 9, "rejected"),
            death("other.retry.1000", 50), death("q", 7), 3,
        ])
        #expect(headers.attempts(of: AMQPProperties()) == 0)
        #expect(headers.attempts(of: properties(["x-death": deaths])) == 3)
        #expect(headers.attempts(of: properties(["x-death": deaths, "x-hob-attempts": 1])) == 3)
        #expect(headers.attempts(of: properties(["x-death": deaths, "x-hob-attempts": 5])) == 5)
        #expect(headers.attempts(of: properties(["x-death": deaths, "x-hob-attempts": "many"])) == 3)
    }

    @Test func `nonsense in the headers is no trap`() {
        #expect(headers.attempts(of: properties(["x-hob-attempts": -5])) == 0)
        #expect(headers.attempts(of: properties(["x-hob-attempts": .int64(.max)])) == .max)
        #expect(headers.attempts(of: properties(["x-death": "x"])) == 0)
        #expect(headers.attempts(of: properties(["x-death": .array([death("q.retry.1", -4)])])) == 0)
        #expect(headers.attempts(of: properties(["x-death": .array([death("q.retry.1", nil)])])) == 1)
        let two = AMQPValue.array([death("q.retry.1", .max), death("q.retry.2", .max)])
        #expect(headers.attempts(of: properties(["x-death": two])) == .max)
    }

    @Test func `what would harm a copy goes into its headers, the rest stays`() {
        var original = properties(["CC": ["a", "b"], "BCC": ["c"], "mine": 1])
        original.expiration = "60000"
        original.userID = "guest"
        original.priority = 7
        original.messageID = "m"
        original.deliveryMode = .persistent
        let copy = failed(original)
        #expect(copy.expiration == nil && copy.userID == nil)
        #expect(copy.priority == 7 && copy.messageID == "m" && copy.deliveryMode == .persistent)
        let expected: AMQPTable = [
            "mine": 1, "x-hob-expiration": "60000", "x-hob-user-id": "guest", "x-hob-cc": ["a", "b"],
            "x-hob-queue": "q", "x-hob-attempts": 2, "x-hob-reason": "x",
            "x-hob-failed-at": .timestamp(1_700_000_000),
        ]
        #expect(copy.headers == expected)
    }

    @Test func `a copy knows where it was published at first`() {
        let first = failed(AMQPProperties(), exchange: "orders", routingKey: "eu.paid")
        let second = failed(first)
        let origin = headers.origin(of: second, exchange: "", routingKey: "q")
        #expect(origin?.exchange == "orders" && origin?.routingKey == "eu.paid")
        #expect(headers.origin(of: failed(AMQPProperties()), exchange: "", routingKey: "q") == nil)
        // What says so but came another way is not believed.
        #expect(headers.origin(of: second, exchange: "orders", routingKey: "eu.paid") == nil)
    }

    @Test func `a message that begins anew has no past on the ladder, but its others`() {
        var parked = failed(properties(["mine": 1]), exchange: "e", routingKey: "k")
        parked.headers?["x-death"] = .array([death("q.retry.1000", 2), death("elsewhere", 3)])
        let fresh = headers.renewed(parked)
        let expected: AMQPTable = [
            "mine": 1, "x-hob-exchange": "e", "x-hob-routing-key": "k", "x-hob-queue": "q",
            "x-death": .array([death("elsewhere", 3)]),
        ]
        #expect(fresh.headers == expected)
        #expect(headers.attempts(of: fresh) == 0)
        #expect(headers.renewed(failed(AMQPProperties())).headers == nil)
        #expect(headers.renewed(AMQPProperties()) == AMQPProperties())
    }

    @Test func `a long reason is cut`() {
        let copy = headers.failed(
            AMQPProperties(), exchange: "", routingKey: "q", attempt: 1, reason: String(repeating: "ö", count: 5_000),
            now: 0)
        #expect(copy.headers?["x-hob-reason"]?.string?.count == 1_000)
    }

    // MARK: Another's headers

    @Test func `what another queue's consumer wrote is not believed, nor carried along`() {
        let other = RetryHeaders(queue: "other").failed(
            AMQPProperties(), exchange: "e", routingKey: "k", attempt: 7, reason: "there", now: 1)
        #expect(headers.attempts(of: other) == 0)
        #expect(headers.origin(of: other, exchange: "", routingKey: "q") == nil)
        let copy = failed(other)
        let expected: AMQPTable = [
            "x-hob-queue": "q", "x-hob-attempts": 2, "x-hob-reason": "x", "x-hob-failed-at": .timestamp(1_700_000_000),
        ]
        #expect(copy.headers == expected)
        #expect(headers.origin(of: copy, exchange: "", routingKey: "q") == nil)
        #expect(headers.renewed(other).headers == nil)
        var odd = other
        odd.headers?["x-hob-queue"] = 3
        #expect(headers.attempts(of: odd) == 0)
    }

    @Test func `a message that its handler sends on through an exchange has its origin there`() {
        let first = failed(AMQPProperties(), exchange: "orders", routingKey: "eu")
        let second = failed(first, exchange: "again", routingKey: "us")
        let origin = headers.origin(of: second, exchange: "", routingKey: "q")
        #expect(origin?.exchange == "again" && origin?.routingKey == "us")
    }

    @Test(arguments: [
        AMQPValue.array([1]), "x", .array(["x"]), .array([["queue": "q", "reason": "expired", "count": 1]]),
        .array([["queue": "q.retry.1000", "reason": "expired", "count": "x"]]),
        .array([["queue": "q.retry.1000", "reason": "expired", "count": -1]]),
        .array([["queue": "q.retry.1000", "reason": 1, "count": 1]]),
        .array([["queue": "q.retry.1000", "reason": "boredom", "count": 1]]),
        .array([["queue": "q.retry.1000.retry.1", "reason": "expired", "count": 1]]),
        .array([["queue": "q.retry.", "reason": "expired", "count": 1]]),
    ])
    func `what the broker would stumble over in x-death stays out of its sight`(deaths: AMQPValue) {
        let copy = failed(
            properties(["x-death": deaths, "x-first-death-queue": 1, "x-first-death-reason": "expired"]))
        #expect(copy.headers?["x-death"] == nil)
        #expect(copy.headers?["x-hob-death"] == deaths)
        #expect(copy.headers?["x-first-death-queue"] == nil)
        #expect(copy.headers?["x-first-death-reason"] == "expired")
    }

    @Test func `the ladder's entries are written anew, one for each queue and reason`() {
        let good: AMQPValue = [
            "count": .int32(2), "reason": "expired", "queue": "q.retry.1000", "time": .timestamp(5), "exchange": "",
            "routing-keys": ["q.retry.1000"], "more": 1,
        ]
        var message = properties(["x-death": .array([good, death("q.retry.5000", nil), death("q", 1), good])])
        // The wire allows a name twice.
        message.headers = AMQPTable((message.headers?.fields ?? []).map { ($0.name, $0.value) } + [("x-death", 1)])
        let copy = failed(message)
        let deaths: AMQPValue = .array([
            [
                "count": 4, "reason": "expired", "queue": "q.retry.1000", "time": .timestamp(5), "exchange": "",
                "routing-keys": ["q.retry.1000"],
            ],
            [
                "count": 1, "reason": "expired", "queue": "q.retry.5000", "time": .timestamp(1_700_000_000),
                "exchange": "", "routing-keys": ["q.retry.5000"],
            ],
        ])
        #expect(copy.headers?.fields.filter { $0.name == "x-death" }.map(\.value) == [deaths])
        #expect(copy.headers?["x-hob-death"] == .array([death("q", 1)]))
        #expect(headers.waits(of: copy) == 5)
        // What is written stays as it is.
        #expect(failed(copy).headers?["x-death"] == deaths)
    }
}
