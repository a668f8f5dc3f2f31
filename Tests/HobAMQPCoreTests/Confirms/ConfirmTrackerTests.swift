import HobAMQPCore
import HobPolicy
import Testing

@Suite struct ConfirmTrackerTests {
    private typealias Tracker = ConfirmTracker<Int>

    private static func sent(_ count: Int) -> Tracker {
        var tracker = Tracker()
        for number in 0..<count { _ = tracker.append(number) }
        while tracker.takeUnsent() != nil {}
        return tracker
    }

    private static func settle(
        _ tracker: inout Tracker, _ tag: UInt64, multiple: Bool = false, isTaken: Bool = true
    ) throws -> [Int] {
        var settled: [Tracker.Settled] = []
        try tracker.settle(tag: tag, multiple: multiple, isTaken: isTaken, into: &settled)
        return settled.map(\.message)
    }

    @Test func `tags begin at one, single and multiple`() throws {
        var tracker = Self.sent(6)
        #expect(try Self.settle(&tracker, 3) == [2])
        #expect(try Self.settle(&tracker, 1) == [0])
        #expect(try Self.settle(&tracker, 5, multiple: true) == [1, 3, 4])
        #expect(try Self.settle(&tracker, 4) == [])
        #expect(tracker.inFlight == 1)
        #expect(try Self.settle(&tracker, 0, multiple: true) == [5])
        #expect(tracker.inFlight == 0)
    }

    @Test func `a confirm of what was never sent is a violation`() throws {
        var tracker = Self.sent(2)
        for (tag, multiple) in [(UInt64(3), false), (0, false), (.max, true)] {
            var settled: [Tracker.Settled] = []
            #expect(throws: AMQPProtocolError.self) {
                try tracker.settle(tag: tag, multiple: multiple, isTaken: true, into: &settled)
            }
        }
    }

    @Test func `many are given up in one pass, and what was not sent never is`() throws {
        var tracker = Self.sent(4)
        for number in 4..<8 { _ = tracker.append(number) }
        var looks = 0
        let late = tracker.abandon { number in
            looks += 1
            return number % 2 == 0
        }
        #expect(late == [0, 2, 4, 6])
        #expect(looks == 8)
        let first = tracker.abandon(1) { $0 > 0 }
        let again = tracker.abandon { $0 % 2 == 0 }
        #expect(first == [1] && again.isEmpty)
        // Those that were sent are still confirmed, but to nobody.
        #expect(tracker.inFlight == 6)
        #expect(tracker.takeUnsent() == 5)
        var settled: [Tracker.Settled] = []
        try tracker.settle(tag: 5, multiple: true, isTaken: true, into: &settled)
        #expect(settled.filter { !$0.isAbandoned }.map(\.message) == [3, 5])
        #expect(tracker.inFlight == 1)
    }

    @Test func `a return is told with the confirm behind it`() throws {
        var tracker = Self.sent(3)
        let isOurs = tracker.returned(.noRoute, "NO_ROUTE") { $0 == 1 }
        let isUnknown = !tracker.returned(.noRoute, "NO_ROUTE") { $0 == 7 }
        #expect(isOurs && isUnknown)
        var settled: [Tracker.Settled] = []
        try tracker.settle(tag: 3, multiple: true, isTaken: true, into: &settled)
        #expect(settled.map(\.outcome) == [.taken, .returned(.noRoute, "NO_ROUTE"), .taken])
        var refused: [Tracker.Settled] = []
        var other = Self.sent(1)
        try other.settle(tag: 1, multiple: false, isTaken: false, into: &refused)
        #expect(refused.map(\.outcome) == [.refused])
    }

    @Test func `on a new channel what was unsettled goes first, in its order, with new tags`() throws {
        var tracker = Self.sent(4)
        let late = tracker.append(4)
        _ = try Self.settle(&tracker, 2)
        let wasUnsent = tracker.abandon(3)
        #expect(!wasUnsent)
        tracker.restart()
        #expect(tracker.inFlight == 3)
        var again: [Int] = []
        while let message = tracker.takeUnsent() { again.append(message) }
        #expect(again == [0, 3, 4])
        var settled: [Tracker.Settled] = []
        try tracker.settle(tag: 3, multiple: false, isTaken: true, into: &settled)
        #expect(settled.map(\.ticket) == [late])
    }

    @Test func `what is given up before it is sent never is`() throws {
        var tracker = Self.sent(1)
        let gone = tracker.append(1)
        _ = tracker.append(2)
        let wasUnsent = tracker.abandon(gone)
        let wasUnknown = !tracker.abandon(99)
        let next = tracker.takeUnsent()
        #expect(wasUnsent && wasUnknown && next == 2)
        #expect(try Self.settle(&tracker, 2, multiple: true) == [0, 2])
    }

    @Test func `what is given up for good comes out in order`() {
        var tracker = Self.sent(3)
        _ = tracker.abandon(2)
        #expect(tracker.removeAll().map(\.message) == [0, 2])
        #expect(tracker.inFlight == 0 && !tracker.hasUnsent)
    }

    /// Against a plain list: every message is accounted for once, in spite of restarts and giving up.
    @Test(arguments: 0..<UInt64(500))
    func `a random walk accounts for every message once`(seed: UInt64) throws {
        var random = seeded(seed)
        var tracker = Tracker()
        var tickets: [UInt64: Int] = [:]
        var sent: [Int?] = []
        var done: Set<Int> = []
        for number in 0..<400 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0...3: tickets[tracker.append(number)] = number
            case 4...6:
                if let message = tracker.takeUnsent() {
                    #expect(!done.contains(message), "seed \(seed)")
                    sent.append(message)
                }
            case 7:
                guard !sent.isEmpty else { continue }
                let tag = Int.random(in: 1...sent.count, using: &random)
                let multiple = Bool.random(using: &random)
                let expected = (multiple ? 0 : tag - 1)..<tag
                let messages = expected.compactMap { sent[$0] }
                for index in expected { sent[index] = nil }
                #expect(try Self.settle(&tracker, UInt64(tag), multiple: multiple) == messages, "seed \(seed)")
                for message in messages { #expect(done.insert(message).inserted, "seed \(seed)") }
            case 8:
                guard number % 4 == 0, let (ticket, message) = tickets.min(by: { $0.key < $1.key }) else { continue }
                tickets[ticket] = nil
                if !done.contains(message), tracker.abandon(ticket) { done.insert(message) }
            default:
                guard number % 5 == 0 else { continue }
                tracker.restart()
                sent = []
            }
        }
        tracker.restart()
        var rest: [Int] = []
        while let message = tracker.takeUnsent() { rest.append(message) }
        #expect(rest == rest.sorted(), "seed \(seed)")
        #expect(Set(rest).isDisjoint(with: done), "seed \(seed)")
        #expect(tracker.inFlight == rest.count, "seed \(seed)")
    }
}
