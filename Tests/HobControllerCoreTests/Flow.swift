import HobControllerCore
import HobPolicy
import Testing

/// A machine that is driven by a script: after each event, exactly these actions.
struct Flow {
    private var machine: ControllerStateMachine

    init(_ request: ControllerRequest, _ change: (inout ControllerPlan) -> Void = { _ in }) {
        var plan = ControllerPlan()
        plan.awaited = [.pidFile, .ping]
        plan.logInactivityTimeout = .seconds(10)
        change(&plan)
        machine = ControllerStateMachine(request, plan: plan)
    }

    /// Feeds an event and compares what is done.
    mutating func on(
        _ event: ControllerEvent, _ expected: [ControllerAction] = [], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let actions = machine.handle(event)
        #expect(actions == expected, "after \(event)", sourceLocation: sourceLocation)
    }

    /// Feeds an event, whatever is done.
    mutating func feed(_ events: ControllerEvent...) {
        for event in events { _ = machine.handle(event) }
    }

    /// Feeds an event and answers the result, which must be the last action.
    mutating func end(_ event: ControllerEvent, sourceLocation: SourceLocation = #_sourceLocation) -> ControllerResult?
    {
        let actions = machine.handle(event)
        guard case .finish(let result) = actions.last else {
            Issue.record("\(event) did not end it: \(actions)", sourceLocation: sourceLocation)
            return nil
        }
        #expect(machine.isOver, sourceLocation: sourceLocation)
        #expect(actions.contains(.deafen), sourceLocation: sourceLocation)
        return result
    }

    /// To the point where the lock is held and the daemon has been looked for.
    mutating func look() {
        on(.begin, [.lock])
        on(.locked, [.lookUp])
    }

    /// To the point where the start command runs as process 100.
    mutating func launch() {
        look()
        on(.found(.absent(.missing)), [.set(.deadline, after: .seconds(30)), .prepare])
        _ = machine.handle(.prepared)
        _ = machine.handle(.spawned(pid: 100))
    }

    /// To the point where process 200 is the daemon, and its ping is missing.
    mutating func settle() {
        launch()
        on(.daemonNamed(pid: 200))
        on(
            .commandEnded(.exited(0)),
            [.set(.inactivity, after: .seconds(10)), .watchDaemon(pid: 200), .listen(.ping)])
    }
}
