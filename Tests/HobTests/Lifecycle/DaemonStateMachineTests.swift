import HobPolicy
import Testing

@testable import Hob

@Suite("A daemon's life, decided", .blocking)
struct DaemonStateMachineTests {
    private static func machine(_ events: DaemonEvent...) -> DaemonStateMachine {
        var machine = DaemonStateMachine()
        for event in events { _ = machine.handle(event) }
        return machine
    }

    @Test("TERM asks politely, then cancels, then ends")
    func ladder() {
        var machine = Self.machine(.begun, .ready)
        #expect(
            machine.handle(.stopSignal(15)) == [
                .tell(.stopping), .startDeadline, .startPatience, .shutDownGracefully,
            ])
        #expect(machine.handle(.patienceOver) == [.nameWhoRuns, .cancel])
        #expect(machine.handle(.deadlineOver) == [.nameWhoRuns, .exit(2)])
        #expect(machine.handle(.ended(failure: nil)) == [])
    }

    @Test("a run that ends when asked is followed by the hooks, and by status 0")
    func graceful() {
        var machine = Self.machine(.begun, .ready, .stopSignal(15))
        #expect(machine.handle(.ended(failure: "CancellationError")) == [.runHooks])
        #expect(machine.handle(.hooksEnded) == [.exit(0)])
    }

    @Test("a run that throws is told, and the hooks run all the same")
    func failure() {
        var machine = Self.machine(.begun)
        #expect(
            machine.handle(.ended(failure: "no")) == [.complain("no"), .tell(.stopping), .startDeadline, .runHooks])
        #expect(machine.handle(.hooksEnded) == [.exit(1)])
    }

    @Test("a hook that hangs costs the deadline, and the status says so")
    func hangingHook() {
        var machine = Self.machine(.begun, .stopSignal(15), .ended(failure: nil))
        #expect(machine.handle(.deadlineOver) == [.nameWhoRuns, .exit(2)])
    }

    @Test("ready is told once, after a reload again, and not during a shutdown")
    func ready() {
        var machine = Self.machine(.begun)
        #expect(machine.handle(.ready) == [.tell(.ready)])
        #expect(machine.handle(.ready) == [])
        #expect(machine.handle(.reloadSignal) == [.tell(.reloading), .reload(1)])
        #expect(machine.handle(.reloadSignal) == [])
        #expect(machine.handle(.reloaded(1, failure: "bad")) == [.complain("the reload failed: bad"), .reload(2)])
        #expect(machine.handle(.reloaded(2, failure: nil)) == [.tell(.ready)])
        var stopping = Self.machine(.begun, .stopSignal(15))
        #expect(stopping.handle(.ready) == [])
        #expect(stopping.handle(.reloadSignal) == [])
    }

    @Test("a reload that hangs ends by its deadline, and what comes of it later is not taken for the next one's end")
    func hangingReload() {
        var machine = Self.machine(.begun, .ready, .reloadSignal)
        #expect(
            machine.handle(.reloaded(1, failure: "too late")) == [
                .complain("the reload failed: too late"), .tell(.ready),
            ])
        #expect(machine.handle(.reloadSignal) == [.tell(.reloading), .reload(2)])
        #expect(machine.handle(.reloaded(1, failure: nil)) == [])
        #expect(machine.phase == .reloading)
        #expect(machine.handle(.reloaded(2, failure: nil)) == [.tell(.ready)])
        // The timer of one that has ended.
        #expect(machine.handle(.reloaded(2, failure: "too late")) == [])
    }

    @Test("whoever sends TERM three times gets an end at once")
    func impatient() {
        var machine = Self.machine(.begun, .ready, .stopSignal(2))
        #expect(machine.handle(.stopSignal(2)) == [.nameWhoRuns, .cancel])
        #expect(machine.handle(.stopSignal(2)) == [.nameWhoRuns, .exit(130)])
    }

    @Test(
        "any order of events: one exit, nothing after it, and every shutdown has its deadline",
        arguments: 1...20 as ClosedRange<UInt64>)
    func walk(_ seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let events: [DaemonEvent] = [
            .ready, .stopSignal(15), .reloadSignal, .reloaded(1, failure: nil), .reloaded(2, failure: "x"),
            .toggleLevelSignal, .debugSignal, .ended(failure: nil), .ended(failure: "x"), .patienceOver, .deadlineOver,
            .hooksEnded,
        ]
        for _ in 0..<200 {
            var machine = DaemonStateMachine()
            var exits = 0
            var hasDeadline = false
            _ = machine.handle(.begun)
            for _ in 0..<40 {
                for action in machine.handle(events[Int.random(in: 0..<events.count, using: &generator)]) {
                    #expect(exits == 0, "seed \(seed): \(action) after the exit")
                    if action == .startDeadline { hasDeadline = true }
                    if case .exit = action {
                        exits += 1
                        #expect(hasDeadline, "seed \(seed): an exit without a shutdown")
                    }
                }
            }
        }
    }
}
