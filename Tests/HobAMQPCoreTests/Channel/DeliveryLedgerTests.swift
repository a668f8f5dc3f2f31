import HobAMQPCore
import Testing

@Suite struct DeliveryLedgerTests {
    private static func ledger(_ tags: ClosedRange<UInt64>) throws -> DeliveryLedger {
        var ledger = DeliveryLedger()
        ledger.begin()
        for tag in tags { try ledger.delivered(tag) }
        return ledger
    }

    @Test func `each delivery is settled once`() throws {
        var ledger = try Self.ledger(1...3)
        #expect(ledger.settle(2, multiple: false, generation: 1) == .send(settled: 1, last: 2))
        #expect(ledger.settle(2, multiple: false, generation: 1) == .settledBefore)
        #expect(ledger.settle(9, multiple: false, generation: 1) == .settledBefore)
        #expect(ledger.settle(3, multiple: true, generation: 1) == .send(settled: 2, last: 3))
        #expect(ledger.settle(3, multiple: true, generation: 1) == .settledBefore)
        #expect(ledger.count == 0)
    }

    @Test func `acknowledgements of an earlier opening are stale`() throws {
        var ledger = try Self.ledger(1...2)
        ledger.begin()
        try ledger.delivered(1)
        #expect(ledger.settle(1, multiple: false, generation: 1) == .stale)
        #expect(ledger.settle(1, multiple: false, generation: 2) == .send(settled: 1, last: 1))
    }

    @Test func `a tag that comes twice is a violation`() throws {
        var ledger = try Self.ledger(1...2)
        #expect(throws: AMQPProtocolError.self) { try ledger.delivered(2) }
        #expect(throws: AMQPProtocolError.self) { try ledger.delivered(0) }
    }
}
