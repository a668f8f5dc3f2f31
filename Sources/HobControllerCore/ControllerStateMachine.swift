import HobPolicy

/// One operation on one daemon, decided: events in, actions out, nothing done.
///
///     idle → locking → looking ─┬ start ──→ preparing → launching → settling ──→ over (started)
///                               │              └───────────┴───────────┴─→ ending ──→ over (failed)
///                               ├ ensure ─→ runs: settling, else as start
///                               ├ stop ───→ stopCommand → lookingAfterCommand ─┬→ ending ──→ over (stopped)
///                               │       └──────────────────────────────────────┘
///                               └ restart → restartCommand → settling, or as stop, then as start
///
/// An `ending` climbs the ladder of signals: main process, then the rest of its tree, then SIGKILL for all of it.
package struct ControllerStateMachine: Sendable {
    let request: ControllerRequest
    let plan: ControllerPlan
    var phase = ControllerPhase.idle
    /// Spoken before anybody knew the daemon.
    var early: (pid: Int32?, sources: ReadinessSources) = (nil, [])
    private var isCancelled = false

    /// An operation that has not begun.
    package init(_ request: ControllerRequest, plan: ControllerPlan) {
        self.request = request
        self.plan = plan
    }

    /// Whether it has finished.
    package var isOver: Bool { phase == .over }

    /// Whether it matters how the daemon ends, and not only that it does: when it was to become ready.
    package var asksHowDaemonEnded: Bool {
        switch phase {
        case .settling: true
        case .idle, .locking, .looking, .preparing, .launching, .restartCommand, .stopCommand, .lookingAfterCommand,
            .ending, .over:
            false
        }
    }

    /// Takes an event and answers what is to be done, in this order.
    package mutating func handle(_ event: ControllerEvent) -> [ControllerAction] {
        if event == .cancelled {
            // Who asks twice has lost his patience.
            if isCancelled { return killWhatIsAborted() }
            isCancelled = true
        }
        switch phase {
        case .idle:
            guard event == .begin else { return [] }
            phase = .locking
            return [.lock]
        case .locking: return whileLocking(event)
        case .looking: return whileLooking(event)
        case .preparing: return whilePreparing(event)
        case .launching(let command): return whileLaunching(command, event)
        case .settling(let settling): return whileSettling(settling, event)
        case .restartCommand: return whileRestarting(event)
        case .stopCommand(let pid): return whileStopCommandRuns(pid, event)
        case .lookingAfterCommand: return whileLookingAfterCommand(event)
        case .ending(let ending): return whileEnding(ending, event)
        case .over: return []
        }
    }

    mutating func finish(_ result: ControllerResult, after actions: [ControllerAction] = []) -> [ControllerAction] {
        phase = .over
        return actions + [.unset(.deadline), .unset(.inactivity), .unset(.step), .deafen, .finish(result)]
    }

    mutating func fail(_ failure: ControllerFailure, after actions: [ControllerAction] = []) -> [ControllerAction] {
        finish(.failed(failure), after: actions)
    }

    // MARK: The lock, and the first look

    private mutating func whileLocking(_ event: ControllerEvent) -> [ControllerAction] {
        switch event {
        case .locked:
            phase = .looking
            return [.lookUp]
        case .lockFailed(let reason): return refuse(reason)
        case .cancelled: return finish(.cancelled)
        // Nothing has been started that could be heard.
        case .begin, .found, .lookFailed, .prepared, .preparationFailed, .spawned, .spawnFailed, .commandEnded,
            .daemonNamed,
            .daemonEnded, .ready, .logActivity, .treeGone, .helperSucceeded, .helperFailed, .expired:
            return []
        }
    }

    private mutating func whileLooking(_ event: ControllerEvent) -> [ControllerAction] {
        switch event {
        case .found(let presence): return decide(presence)
        case .lookFailed(let reason): return refuse(reason)
        case .cancelled: return finish(.cancelled)
        case .begin, .locked, .lockFailed, .prepared, .preparationFailed, .spawned, .spawnFailed, .commandEnded,
            .daemonNamed, .daemonEnded, .ready, .logActivity, .treeGone, .helperSucceeded, .helperFailed, .expired:
            return []
        }
    }

    mutating func refuse(_ reason: String) -> [ControllerAction] {
        fail(ControllerFailure(request == .stop ? .stopFailed : .startFailed, reason: reason))
    }

    private mutating func decide(_ presence: Presence) -> [ControllerAction] {
        switch (request, presence) {
        case (.start, .running(let pid)):
            return fail(ControllerFailure(.alreadyStarted, reason: "is already started (pid \(pid))"))
        case (.ensure, .running(let pid)): return waitFor(pid, origin: .found)
        case (.restart, _) where plan.hasRestartCommand:
            phase = .restartCommand
            return [.set(.deadline, after: plan.startTimeout), .runRestartCommand]
        case (.start, .absent), (.ensure, .absent), (.restart, .absent): return prepare()
        // A new daemon beside what an old one has left would be two.
        case (.start, .remnants), (.ensure, .remnants), (.restart, .remnants): return end(nil, sequel: .start)
        case (.restart, .running(let pid)): return end(pid, sequel: .start)
        case (.stop, .absent(let file)): return stopUnknown(file)
        case (.stop, .running(let pid)): return plan.hasStopCommand ? runStopCommand(pid) : endForStop(pid)
        case (.stop, .remnants): return endForStop(nil)
        }
    }
}
