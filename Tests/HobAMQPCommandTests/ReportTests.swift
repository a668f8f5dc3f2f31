import HobAMQP
import HobProtocol
import Testing

@testable import HobAMQPCommand

@Suite struct ReportTests {
    private func message(
        _ body: String, id: String? = nil, attempts: Int = 3, reason: String? = nil, failedAt: UInt64? = nil,
        exchange: String = "", routingKey: String = "orders"
    ) -> AMQPParkedMessage {
        var properties = AMQPProperties()
        properties.messageID = id
        return AMQPParkedMessage(
            body: Array(body.utf8), properties: properties, attempts: attempts, reason: reason, failedAt: failedAt,
            exchange: exchange, routingKey: routingKey)
    }

    @Test func `for a person`() {
        let report = ParkedReport(
            queue: "orders", count: 5,
            messages: [
                message(
                    "pay\nme", id: "order-17", reason: "NoMoney()", failedAt: 1_000, exchange: "shop", routingKey: "eu"),
                message("", attempts: 1),
            ], now: 1_190)
        #expect(
            report.lines(isColored: false) == [
                "5 messages are parked in orders.parked",
                "order-17  3m 10s ago, 3 attempts, 6B, from exchange 'shop' by 'eu'",
                "  reason  NoMoney()",
                "  body    pay\\nme",
                "(no message id)  1 attempt, 0B",
                "and 3 more: --limit 5 shows them",
            ])
        #expect(report.lines(isColored: true)[1].hasPrefix("\u{1B}[1morder-17\u{1B}[0m"))
        let empty = ParkedReport(queue: "orders", count: 0, messages: [], now: 0)
        #expect(empty.lines(isColored: false) == ["nothing is parked in orders.parked"])
    }

    @Test func `for a program`() {
        let report = ParkedReport(
            queue: "orders", count: 1, messages: [message("x", id: "i", reason: "r", failedAt: 90)], now: 100)
        #expect(
            report.json.line
                == #"{"queue":"orders","parked":1,"messages":[{"messageID":"i","attempts":3,"reason":"r","failedAt":90,"#
                + #""age":10,"exchange":"","routingKey":"orders","size":1,"body":"x"}]}"#)
    }

    @Test func `nothing in a message moves the cursor or colours the terminal`() {
        let report = ParkedReport(
            queue: "orders", count: 1,
            messages: [message("\u{1B}[2J\u{7}", id: "\u{1B}]0;x", reason: "\u{9B}m\r\n", failedAt: .max)], now: 0)
        let text = report.lines(isColored: false).joined()
        #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control })
        #expect(text.contains("\\u{1b}[2J"))
    }

    @Test func `the beginning of a body`() {
        func beginning(_ body: [UInt8]) -> String { PrintableText.beginning(of: body, characters: 10) }
        #expect(beginning(Array("short".utf8)) == "short")
        #expect(beginning(Array("exactly 10".utf8)) == "exactly 10")
        #expect(beginning(Array("more than ten".utf8)) == "more than …")
        #expect(beginning(Array(String(repeating: "ä", count: 100).utf8)) == "ääääääääää…")
        #expect(beginning([0xFF, 0x00, 0x0A]) == "0xff000a")
        #expect(beginning([UInt8](repeating: 0xFE, count: 9)) == "0xfefefefefe…")
        // The cut goes through a character of three bytes.
        #expect(beginning(Array(String(repeating: "€", count: 50).utf8)) == "€€€€€€€€€€…")
    }
}
