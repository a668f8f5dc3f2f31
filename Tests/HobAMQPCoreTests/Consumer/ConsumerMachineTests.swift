import HobAMQPCore
import HobPolicy
import Testing

@Suite struct ConsumerMachineTests {
    private static let backoff = Backoff(initial: .seconds(1), maximum: .seconds(8), jitter: 0)

    /// Feeds a machine in the first phase the events and answers what the last one gave.
    private static func run(
        _ events: [ConsumerEvent], whenCancelled: ConsumerMachine.WhenCancelled = .end, limit: Int? = nil
    ) -> [ConsumerAction] {
        var machine = ConsumerMachine(whenCancelled: whenCancelled, backlogLimit: limit)
        var random = seeded(1)
        var last: [ConsumerAction] = []
        for event in events { last = machine.handle(event, using: &random) }
        return last
    }

    private static let lost = ConsumerEvent.channelEnded(.connection(.lost("x")), returns: true)

    @Test(arguments: [
        ([ConsumerEvent.subscribe], [ConsumerAction.consume]),
        ([.subscribe, .subscribed], []),
        ([.subscribe, .subscribed, .delivered], [.push]),
        ([.subscribe, .subscribed, .cancel], [.cancel, .requeueBuffered]),
        ([.subscribe, .subscribed, .cancel, .cancel], []),
        ([.subscribe, .subscribed, .cancel, .delivered], [.push, .requeueBuffered]),
        ([.subscribe, .subscribed, .cancel, .cancelled], [.finish(.cancelled)]),
        ([.subscribe, .subscribed, .cancel, .cancelledByServer], [.finish(.cancelled)]),
        ([.subscribe, .subscribed, .cancel, .cancelled, .cancelled], []),
        ([.cancel], [.finish(.cancelled)]),
        ([.subscribe, .subscribed, .cancelledByServer], [.finish(.cancelledByServer)]),
        ([.subscribe, .refused(.notOpen)], [.finish(.channel(.notOpen))]),
        ([.subscribe, .subscribed, .delivered, lost], [.dropBuffered]),
        ([.subscribe, .subscribed, lost, .delivered], []),
        ([.subscribe, .subscribed, lost, .subscribe], [.consume]),
        ([.subscribe, .subscribed, lost, .cancel], [.finish(.cancelled)]),
        ([.subscribe, .subscribed, .cancel, lost], [.dropBuffered, .finish(.cancelled)]),
        (
            [.subscribe, .subscribed, .channelEnded(.closed, returns: false)],
            [.dropBuffered, .finish(.channel(.closed))]
        ),
    ])
    func `what follows what`(events: [ConsumerEvent], actions: [ConsumerAction]) {
        #expect(Self.run(events) == actions)
    }

    @Test func `a consumer that the broker ended asks again, waiting longer, until messages come`() {
        let again: [ConsumerEvent] = [.cancelledByServer, .expired, .subscribed]
        let policy = ConsumerMachine.WhenCancelled.resubscribe(Self.backoff)
        let begin: [ConsumerEvent] = [.subscribe, .subscribed]
        #expect(Self.run(begin + [.cancelledByServer], whenCancelled: policy) == [.resubscribe(after: .zero)])
        #expect(Self.run(begin + [.cancelledByServer, .expired], whenCancelled: policy) == [.consume])
        #expect(
            Self.run(begin + again + again + [.cancelledByServer], whenCancelled: policy) == [
                .resubscribe(after: .seconds(2))
            ])
        #expect(
            Self.run(begin + again + again + [.delivered, .cancelledByServer], whenCancelled: policy) == [
                .resubscribe(after: .zero)
            ])
        #expect(Self.run(begin + [.cancelledByServer, .cancel], whenCancelled: policy) == [.finish(.cancelled)])
        #expect(Self.run(begin + [.cancelledByServer, .cancel, .expired], whenCancelled: policy) == [])
    }

    @Test func `without acknowledgements reading stops at the limit and goes on at half of it`() {
        var machine = ConsumerMachine(whenCancelled: .end, backlogLimit: 4)
        var random = seeded(1)
        _ = machine.handle(.subscribe, using: &random)
        for _ in 0..<3 { #expect(machine.handle(.delivered, using: &random) == [.push]) }
        #expect(machine.handle(.delivered, using: &random) == [.push, .pauseReading])
        // What was in the buffer already.
        #expect(machine.handle(.delivered, using: &random) == [.push])
        for _ in 0..<2 { #expect(machine.handle(.taken, using: &random) == []) }
        #expect(machine.handle(.taken, using: &random) == [.resumeReading])
        #expect(machine.handle(.taken, using: &random) == [])
    }

    /// Reading never stays stopped, and the end is told once.
    @Test(arguments: 0..<UInt64(500))
    func `a random walk ends once and reads on`(seed: UInt64) {
        var random = seeded(seed)
        let policy: ConsumerMachine.WhenCancelled = seed % 2 == 0 ? .end : .resubscribe(Self.backoff)
        var machine = ConsumerMachine(whenCancelled: policy, backlogLimit: 3)
        var endings = 0
        var isPaused = false
        for step in 0..<100 {
            let event: ConsumerEvent =
                switch Int.random(in: 0..<12, using: &random) {
                case 0, 1: .subscribe
                case 2: .subscribed
                case 3...6: .delivered
                case 7, 8: .taken
                case 9: step > 60 ? .cancel : Self.lost
                case 10: .cancelledByServer
                default: step > 80 ? .cancelled : .expired
                }
            for action in machine.handle(event, using: &random) {
                switch action {
                case .finish: endings += 1
                case .pauseReading:
                    #expect(!isPaused, "seed \(seed)")
                    isPaused = true
                case .resumeReading:
                    #expect(isPaused, "seed \(seed)")
                    isPaused = false
                case .consume, .cancel, .resubscribe, .push, .requeueBuffered, .dropBuffered: break
                }
            }
            #expect(machine.isEnded == (endings == 1), "seed \(seed)")
            if machine.isEnded { #expect(!isPaused, "seed \(seed)") }
        }
        #expect(endings <= 1, "seed \(seed)")
    }
}
