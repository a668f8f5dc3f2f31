import HobAMQPCore
import Testing

@Suite struct HandlingRosterTests {
    @Test func `who comes a moment after the cancellation is to end, too`() {
        var roster = HandlingRoster<UInt64>()
        let first = roster.add { $0 }
        let second = roster.add { $0 }
        #expect(!first.isCancelled && !second.isCancelled)
        roster.remove(first.handling)
        #expect(roster.cancelAll() == [second.handling])
        let third = roster.add { $0 }
        #expect(third.isCancelled && third.handling != second.handling)
    }
}
