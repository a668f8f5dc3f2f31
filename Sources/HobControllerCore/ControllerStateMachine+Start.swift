import HobPolicy

/// From "it does not run" to "it is ready", or to its end.
extension ControllerStateMachine {
    mutating func prepare() -> [ControllerAction] {
        phase = .preparing
        return [.set(.deadline, after: plan.startTimeout), .prepare]
    }

    mutating func whilePreparing(_ event: ControllerEvent) -> [ControllerAction] {
        switch event {
        case .prepared:
            phase = .launching(command: nil)
            return [.listen(plan.awaited.subtracting(.ping)), .spawn]
        case .preparationFailed(let reason): return fail(ControllerFailure(.startFailed, reason: reason))
        case .expired(.deadline):
            return fail(
                ControllerFailure(.startTimedOut, reason: "its preparation did not end in time", endings: ["timed out"])
            )
        case .cancelled: return finish(.cancelled)
        case .begin, .locked, .lockFailed, .lookFailed, .found, .spawned, .spawnFailed, .commandEnded, .daemonNamed,
            .daemonEnded,
            .ready, .logActivity, .treeGone, .helperSucceeded, .helperFailed, .expired(.inactivity), .expired(.step):
            return []
        }
    }

    mutating func whileLaunching(_ command: Int32?, _ event: ControllerEvent) -> [ControllerAction] {
        switch event {
        case .spawned(let pid):
            guard plan.daemonizes else {
                phase = .launching(command: pid)
                return []
            }
            return waitFor(pid, origin: .started)
        case .spawnFailed(let reason): return fail(ControllerFailure(.startFailed, reason: reason))
        case .commandEnded(let outcome):
            guard outcome.isSuccess else {
                return abort(nil, Self.death(outcome))
            }
            return waitFor(early.pid, origin: .started)
        case .daemonNamed(let pid):
            early.pid = pid
            return []
        case .ready(let sources):
            early.sources.formUnion(sources)
            return []
        case .expired(.deadline):
            let failure = ControllerFailure(.startTimedOut, endings: ["timed out"], showsOutput: true)
            return abort(command, failure)
        case .cancelled: return abort(command, nil)
        // The log counts from the moment the command has returned.
        case .begin, .locked, .lockFailed, .lookFailed, .found, .prepared, .preparationFailed, .daemonEnded,
            .logActivity, .treeGone,
            .helperSucceeded, .helperFailed, .expired(.inactivity), .expired(.step):
            return []
        }
    }

    /// Waits for a daemon that has been launched, or was found, to become ready.
    mutating func waitFor(_ pid: Int32?, origin: Settling.Origin) -> [ControllerAction] {
        var missing = plan.awaited.subtracting(early.sources)
        if pid != nil { missing.remove(.pidFile) }
        var actions: [ControllerAction] = []
        switch origin {
        case .started: if let limit = plan.logInactivityTimeout { actions.append(.set(.inactivity, after: limit)) }
        case .found:
            // What it has said at its start, nobody can know now.
            missing.formIntersection(.ping)
            actions.append(.set(.deadline, after: plan.startTimeout))
        case .restarted:
            missing.formIntersection([.ping, .pidFile])
            actions.append(.listen(missing.subtracting(.ping)))
        }
        if let pid { actions += known(pid, missing, origin) }
        return settle(Settling(pid: pid, missing: missing, origin: origin), after: actions)
    }

    private func known(_ pid: Int32, _ missing: ReadinessSources, _ origin: Settling.Origin) -> [ControllerAction] {
        // The end of a command that is the daemon itself comes with its status.
        let isWatched = plan.daemonizes && origin == .started
        // The ping is worth nothing before there is a daemon: somebody else may be answering.
        return (isWatched ? [] : [.watchDaemon(pid: pid)]) + (missing.contains(.ping) ? [.listen(.ping)] : [])
    }

    private mutating func settle(_ settling: Settling, after actions: [ControllerAction]) -> [ControllerAction] {
        phase = .settling(settling)
        guard let pid = settling.pid, settling.missing.isEmpty else { return actions }
        switch settling.origin {
        case .started, .restarted: return finish(.started(pid: pid), after: actions + [.adopt(pid: pid)])
        case .found: return finish(.alreadyRunning(pid: pid), after: actions)
        }
    }

    mutating func whileSettling(_ settling: Settling, _ event: ControllerEvent) -> [ControllerAction] {
        var settling = settling
        switch event {
        case .daemonNamed(let pid):
            guard settling.pid == nil else { return [] }
            settling.pid = pid
            settling.missing.remove(.pidFile)
            return settle(settling, after: known(pid, settling.missing, settling.origin))
        case .ready(let sources):
            settling.missing.subtract(sources)
            return settle(settling, after: [])
        case .logActivity:
            guard settling.origin == .started, let limit = plan.logInactivityTimeout else { return [] }
            return [.set(.inactivity, after: limit)]
        case .commandEnded(let outcome):
            return plan.daemonizes && settling.origin == .started ? ended(settling, outcome) : []
        case .daemonEnded(let outcome): return ended(settling, outcome)
        case .expired(.deadline), .expired(.inactivity): return tooLate(settling)
        case .cancelled: return settling.origin == .started ? abort(settling.pid, nil) : finish(.cancelled)
        case .begin, .locked, .lockFailed, .lookFailed, .found, .prepared, .preparationFailed, .spawned, .spawnFailed,
            .treeGone,
            .helperSucceeded, .helperFailed, .expired(.step):
            return []
        }
    }

    private mutating func ended(_ settling: Settling, _ outcome: ExitOutcome?) -> [ControllerAction] {
        switch settling.origin {
        case .started:
            return abort(nil, Self.death(outcome))
        // It went between the look and now: the wish is the same.
        case .found:
            early = (nil, [])
            return [.deafen] + end(nil, sequel: .start)
        case .restarted:
            // The old one may end while the new one is coming: the pid file says who is next.
            phase = .settling(Settling(pid: nil, missing: settling.missing.union(.pidFile), origin: .restarted))
            return [.listen(.pidFile)]
        }
    }

    private static func death(_ outcome: ExitOutcome?) -> ControllerFailure {
        switch outcome {
        case nil, .unknown: ControllerFailure(.startFailed, showsOutput: true, isByChance: true)
        case .exited(let status):
            ControllerFailure(.startFailed, endings: [ExitOutcome.exited(status).description], showsOutput: true)
        case .signaled(let signal, let coreDumped):
            ControllerFailure(
                .startFailed, endings: [ExitOutcome.signaled(signal, coreDumped: coreDumped).description],
                showsOutput: true, isByChance: signal == 9)
        }
    }

    private mutating func tooLate(_ settling: Settling) -> [ControllerAction] {
        let failure = ControllerFailure(.startTimedOut, endings: ["timed out"], showsOutput: true)
        switch settling.origin {
        case .started: return abort(settling.pid, failure)
        case .found, .restarted:
            let who = settling.pid.map { "runs (pid \($0)) but does not answer its ping" } ?? "has not come back"
            return fail(ControllerFailure(.startTimedOut, reason: who, endings: ["timed out"]))
        }
    }

    /// Ends what was being started, and then fails; nil: the caller gave up.
    mutating func abort(_ main: Int32?, _ failure: ControllerFailure?) -> [ControllerAction] {
        let result = failure.map { ControllerResult.failed($0) } ?? .cancelled
        let ending = Ending(
            stage: main.map { .main(pid: $0) } ?? .tree,
            steps: [StopSequence.Step(signal: 15, patience: plan.startAbortTimeout)], signal: 0,
            sequel: .finish(result), isStop: false)
        return [.unset(.deadline), .unset(.inactivity), .deafen] + climb(ending)
    }

    mutating func whileRestarting(_ event: ControllerEvent) -> [ControllerAction] {
        switch event {
        case .helperSucceeded: return waitFor(nil, origin: .restarted)
        case .helperFailed(let how):
            return fail(
                ControllerFailure(
                    .startFailed, reason: "its restart command failed", endings: [how], showsOutput: true))
        case .expired(.deadline):
            return fail(
                ControllerFailure(
                    .startTimedOut, reason: "its restart command did not end in time", endings: ["timed out"],
                    showsOutput: true))
        case .cancelled: return finish(.cancelled)
        case .begin, .locked, .lockFailed, .lookFailed, .found, .prepared, .preparationFailed, .spawned, .spawnFailed,
            .commandEnded,
            .daemonNamed, .daemonEnded, .ready, .logActivity, .treeGone, .expired(.inactivity), .expired(.step):
            return []
        }
    }
}
