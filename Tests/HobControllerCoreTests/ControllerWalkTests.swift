import HobControllerCore
import HobPolicy
import Testing

@Suite("Any order of events")
struct ControllerWalkTests {
    /// Whatever comes in whatever order: one answer, nothing after it, and never a second process beside a first.
    @Test(
        "100,000 random events end every operation once, and spawn only when nobody is left",
        arguments: 1...20 as ClosedRange<UInt64>)
    func walk(_ seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<250 {
            var plan = ControllerPlan()
            plan.awaited = ReadinessSources(rawValue: UInt8.random(in: 0..<16, using: &generator))
            plan.daemonizes = Bool.random(using: &generator)
            if !plan.daemonizes { plan.awaited.insert(.pidFile) }
            plan.hasStopCommand = Bool.random(using: &generator)
            plan.hasRestartCommand = Bool.random(using: &generator)
            let requests: [ControllerRequest] = [.start, .ensure, .stop, .restart]
            let request = requests[Int.random(in: 0..<4, using: &generator)]
            var machine = ControllerStateMachine(request, plan: plan)
            var answers = 0
            var isClean = false
            var isLooking = false
            var actions = machine.handle(.begin)
            for _ in 0..<200 {
                for action in actions {
                    #expect(answers == 0, "seed \(seed): \(action) after the answer")
                    if case .finish = action { answers += 1 }
                    if action == .lookUp { isLooking = true }
                    if action == .spawn {
                        #expect(isClean, "seed \(seed): spawned beside somebody")
                        isClean = false
                    }
                }
                let event = Self.event(&generator)
                if isLooking, case .found(let presence) = event {
                    isLooking = false
                    if case .absent = presence { isClean = true } else { isClean = false }
                }
                if event == .treeGone { isClean = true }
                actions = machine.handle(event)
            }
            #expect(answers <= 1)
        }
    }

    private static func event(_ generator: inout SplitMix64) -> ControllerEvent {
        let events: [ControllerEvent] = [
            .locked, .found(.absent(.missing)), .found(.absent(.invalid("?"))), .found(.running(pid: 7)),
            .found(.remnants), .prepared, .preparationFailed("?"), .spawned(pid: 100), .spawnFailed("?"),
            .commandEnded(.exited(0)), .commandEnded(.exited(1)), .daemonNamed(pid: 200), .daemonEnded(nil),
            .ready(.ping), .ready(.notification), .ready(.phrase), .logActivity, .treeGone, .helperSucceeded,
            .helperFailed("?"), .expired(.deadline), .expired(.inactivity), .expired(.step), .cancelled,
            .lockFailed("?"),
        ]
        return events[Int.random(in: 0..<events.count, using: &generator)]
    }
}
