import HobAMQPCore
import HobPolicy
import Testing

@Suite struct ChannelMachineTests {
    private static func ticket(_ number: UInt64) -> ChannelTicket { ChannelTicket(number) }

    private static func open() -> ChannelMachine {
        var machine = ChannelMachine()
        _ = machine.handle(.open(ticket(0)))
        _ = machine.handle(.received(.channel(.openOk)))
        return machine
    }

    private static func content(_ method: BasicMethod) -> ContentAssembly.Content {
        ContentAssembly.Content(method: .basic(method), properties: AMQPProperties(), body: [])
    }

    @Test func `it opens, and its caller hears of it`() {
        var machine = ChannelMachine()
        #expect(machine.handle(.open(Self.ticket(4))) == [.send(.channel(.open))])
        #expect(machine.handle(.received(.channel(.openOk))) == [.reply(Self.ticket(4), .channel(.openOk))])
        #expect(machine.isOpen)
    }

    @Test func `one call is outstanding, the others follow in order`() {
        var machine = Self.open()
        let first = Method.queue(.declare(queue: "a"))
        let second = Method.basic(.qos(prefetchCount: 2))
        #expect(machine.handle(.call(first, Self.ticket(1))) == [.send(first)])
        #expect(machine.handle(.call(second, Self.ticket(2))) == [])
        let delivery = Self.content(.deliver(consumerTag: "c", deliveryTag: 1))
        #expect(machine.handle(.receivedContent(delivery)) == [.deliver(delivery)])
        let reply = Method.queue(.declareOk(queue: "a"))
        #expect(machine.handle(.received(reply)) == [.reply(Self.ticket(1), reply), .send(second)])
        #expect(machine.handle(.received(.basic(.qosOk))) == [.reply(Self.ticket(2), .basic(.qosOk))])
    }

    @Test func `an answer to another question is a violation`() {
        var machine = Self.open()
        _ = machine.handle(.call(.queue(.declare()), Self.ticket(1)))
        for method in [
            Method.queue(.bindOk), .exchange(.declareOk), .basic(.qosOk), .channel(.openOk), .queue(.declare()),
            .confirm(.select()),
        ] {
            var copy = machine
            guard case .violate(let error)? = copy.handle(.received(method)).first else {
                Issue.record("\(method)")
                continue
            }
            #expect(error.code == .commandInvalid)
        }
        var idle = Self.open()
        guard case .violate? = idle.handle(.received(.queue(.declareOk()))).first else {
            Issue.record("an answer to nothing")
            return
        }
    }

    @Test func `consumers are told apart by their tag`() {
        var machine = Self.open()
        _ = machine.handle(.call(.basic(.consume(queue: "q", consumerTag: "a")), Self.ticket(1)))
        guard case .violate? = machine.handle(.received(.basic(.consumeOk(consumerTag: "b")))).first else {
            Issue.record("another's consume-ok was taken")
            return
        }
    }

    @Test func `get is answered by a message or by nothing`() {
        var machine = Self.open()
        let message = Self.content(.getOk(deliveryTag: 3))
        _ = machine.handle(.call(.basic(.get(queue: "q")), Self.ticket(1)))
        #expect(machine.handle(.receivedContent(message)) == [.replyContent(Self.ticket(1), message, needsAck: true)])
        _ = machine.handle(.call(.basic(.get(queue: "q")), Self.ticket(2)))
        #expect(machine.handle(.received(.basic(.getEmpty))) == [.reply(Self.ticket(2), .basic(.getEmpty))])
    }

    @Test func `who does not wait any longer gets nothing, and the next is served`() {
        var machine = Self.open()
        _ = machine.handle(.call(.queue(.purge(queue: "a")), Self.ticket(1)))
        _ = machine.handle(.call(.queue(.purge(queue: "b")), Self.ticket(2)))
        _ = machine.handle(.call(.queue(.purge(queue: "c")), Self.ticket(3)))
        #expect(machine.handle(.abandon(Self.ticket(1))) == [])
        #expect(machine.handle(.abandon(Self.ticket(2))) == [])
        #expect(machine.handle(.received(.queue(.purgeOk()))) == [.send(.queue(.purge(queue: "c")))])
    }

    @Test func `flow is answered and surfaced`() {
        var machine = Self.open()
        #expect(
            machine.handle(.received(.channel(.flow(active: false)))) == [
                .send(.channel(.flowOk(active: false))), .flow(isActive: false),
            ])
    }

    @Test func `confirms, returns and cancels by the broker`() {
        var machine = Self.open()
        #expect(
            machine.handle(.received(.basic(.ack(deliveryTag: 5, multiple: true)))) == [
                .confirmed(tag: 5, multiple: true, isTaken: true)
            ])
        #expect(
            machine.handle(.received(.basic(.nack(deliveryTag: 6)))) == [
                .confirmed(tag: 6, multiple: false, isTaken: false)
            ])
        let returned = Self.content(.return(replyCode: 312))
        #expect(machine.handle(.receivedContent(returned)) == [.returned(returned)])
        #expect(
            machine.handle(.received(.basic(.cancel(consumerTag: "c", noWait: true)))) == [.consumerCancelled("c")])
        #expect(
            machine.handle(.received(.basic(.cancel(consumerTag: "c")))) == [
                .send(.basic(.cancelOk(consumerTag: "c"))), .consumerCancelled("c"),
            ])
    }

    @Test func `the broker's close fails every caller and is answered first`() {
        var machine = Self.open()
        _ = machine.handle(.call(.queue(.declare(queue: "x")), Self.ticket(1)))
        _ = machine.handle(.call(.queue(.declare(queue: "y")), Self.ticket(2)))
        let ending = ChannelEnding.closedByServer(.preconditionFailed, "no", classID: 50, methodID: 10)
        let close = Method.channel(.close(replyCode: 406, replyText: "no", classID: 50, methodID: 10))
        #expect(
            machine.handle(.received(close)) == [
                .send(.channel(.closeOk)), .fail(Self.ticket(1), ending), .fail(Self.ticket(2), ending), .ended(ending),
            ])
        #expect(machine.isClosed)
        #expect(machine.handle(.call(.queue(.declare()), Self.ticket(3))) == [.fail(Self.ticket(3), .notOpen)])
    }

    @Test func `our close lets pass what is on its way`() {
        var machine = Self.open()
        #expect(
            machine.handle(.close(.success, "bye", Self.ticket(9))) == [
                .send(.channel(.close(replyCode: 200, replyText: "bye")))
            ])
        #expect(machine.handle(.receivedContent(Self.content(.deliver()))) == [])
        #expect(machine.handle(.received(.basic(.ack(deliveryTag: 1)))) == [])
        #expect(machine.handle(.received(.channel(.close()))) == [.send(.channel(.closeOk))])
        #expect(
            machine.handle(.received(.channel(.closeOk))) == [
                .reply(Self.ticket(9), .channel(.closeOk)), .ended(.closed),
            ])
    }

    @Test func `methods and messages on a channel that is not open are channel errors`() {
        var machine = ChannelMachine()
        guard case .violate(let error)? = machine.handle(.received(.basic(.qosOk))).first,
            case .violate(let other)? = machine.handle(.receivedContent(Self.content(.deliver()))).first
        else {
            Issue.record("no violation")
            return
        }
        #expect(error.code == .channelError && other.code == .channelError)
    }

    /// Every caller is answered exactly once, whatever comes.
    @Test(arguments: 0..<UInt64(1_000))
    func `a random walk answers each caller once`(seed: UInt64) {
        var random = seeded(seed)
        var machine = ChannelMachine()
        var waiting: Set<ChannelTicket> = []
        var calls: Set<ChannelTicket> = []
        for number in 0..<80 {
            let ticket = ChannelTicket(UInt64(number))
            let event: ChannelEvent
            switch Int.random(in: 0..<12, using: &random) {
            case 0: event = .open(ticket)
            case 1: event = .received(.channel(.openOk))
            case 2...4: event = .call(.basic(.qos(prefetchCount: UInt16(number))), ticket)
            case 5, 6: event = .received(.basic(.qosOk))
            case 7:
                event =
                    calls.intersection(waiting).min { $0.number < $1.number }.map { .abandon($0) }
                    ?? .received(.basic(.qosOk))
            case 8: event = number % 3 == 0 ? .close(.success, "", ticket) : .received(.basic(.ack()))
            case 9: event = .received(.channel(.closeOk))
            case 10: event = number % 4 == 0 ? .received(.channel(.close())) : .received(.channel(.flow()))
            default: event = number % 5 == 0 ? .connectionEnded(.lost("x")) : .receivedContent(Self.content(.deliver()))
            }
            switch event {
            case .call:
                calls.insert(ticket)
                waiting.insert(ticket)
            case .open, .close: waiting.insert(ticket)
            case .abandon(let ticket): waiting.remove(ticket)
            case .received, .receivedContent, .connectionEnded: break
            }
            for action in machine.handle(event) {
                switch action {
                case .reply(let ticket, _), .replyContent(let ticket, _, _), .fail(let ticket, _):
                    #expect(waiting.remove(ticket) != nil, "seed \(seed): \(ticket) twice")
                case .send, .deliver, .returned, .confirmed, .consumerCancelled, .flow, .ended, .violate: break
                }
            }
        }
        for action in machine.handle(.connectionEnded(.closed)) {
            switch action {
            case .reply(let ticket, _), .fail(let ticket, _): waiting.remove(ticket)
            case .send, .replyContent, .deliver, .returned, .confirmed, .consumerCancelled, .flow, .ended, .violate:
                break
            }
        }
        #expect(machine.isClosed)
        #expect(waiting.isEmpty, "seed \(seed): \(waiting) wait for ever")
    }
}
