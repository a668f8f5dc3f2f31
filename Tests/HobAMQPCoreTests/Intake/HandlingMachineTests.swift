import Testing

@testable import HobAMQPCore

@Suite struct HandlingMachineTests {
    private static let late = HandlingMachine.Verdict.fail(reason: "late")

    private func actions(_ events: HandlingMachine.Event...) -> [[HandlingMachine.Action]] {
        var machine = HandlingMachine(timeout: "late")
        return events.map { machine.handle($0) }
    }

    @Test func `the handler's end settles the message, and the place is free when it is settled`() {
        #expect(actions(.ended(.acknowledge), .settled) == [[.settle(.acknowledge)], [.free]])
        #expect(
            actions(.ended(.park(reason: "x")), .expired, .settled) == [[.settle(.park(reason: "x"))], [], [.free]])
    }

    @Test func `a timeout settles the message at once, and the place is kept until the handler ends`() {
        #expect(
            actions(.expired, .settled, .ended(.acknowledge)) == [[.cancel, .settle(Self.late)], [], [.free]])
        #expect(
            actions(.expired, .ended(.fail(reason: "x")), .settled) == [[.cancel, .settle(Self.late)], [], [.free]])
    }

    @Test func `the error of a cancelled handler gives its message back, its success counts`() {
        #expect(actions(.cancel, .ended(.fail(reason: "x"))) == [[.cancel], [.settle(.giveBack)]])
        #expect(actions(.cancel, .ended(.acknowledge)) == [[.cancel], [.settle(.acknowledge)]])
        #expect(actions(.cancel, .ended(.park(reason: "x"))) == [[.cancel], [.settle(.park(reason: "x"))]])
    }

    @Test func `a cancellation also ends what settles`() {
        #expect(
            actions(.ended(.fail(reason: "x")), .cancel, .settled) == [
                [.settle(.fail(reason: "x"))], [.cancel], [.free],
            ])
        #expect(
            actions(.expired, .cancel, .settled, .cancel) == [[.cancel, .settle(Self.late)], [.cancel], [], [.cancel]])
    }

    @Test func `a timeout behind a cancellation is none`() {
        #expect(actions(.cancel, .expired, .ended(.giveBack)) == [[.cancel], [], [.settle(.giveBack)]])
    }

    @Test func `in any order it is settled once and freed once`() {
        let events: [HandlingMachine.Event] = [.ended(.acknowledge), .expired, .cancel, .settled]
        for first in events {
            for second in events {
                for third in events {
                    for fourth in events {
                        var machine = HandlingMachine(timeout: "late")
                        let actions = [first, second, third, fourth].flatMap { machine.handle($0) }
                        let settled = actions.count { if case .settle = $0 { true } else { false } }
                        #expect(settled <= 1 && actions.count { $0 == .free } <= 1)
                    }
                }
            }
        }
    }
}
