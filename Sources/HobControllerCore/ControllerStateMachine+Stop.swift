import HobPolicy

/// From "it runs" to "nothing of it is left".
extension ControllerStateMachine {
    /// Nobody was found; only a broken pid file leaves room for doubt.
    mutating func stopUnknown(_ file: Presence.PIDFileState) -> [ControllerAction] {
        switch file {
        case .missing, .stale: return finish(.wasNotRunning, after: [.forget])
        case .invalid(let reason):
            if plan.leavesAloneIfPIDFileInvalid { return finish(.wasNotRunning) }
            // The command may know the daemon that the file does not name.
            if plan.hasStopCommand { return runStopCommand(nil) }
            return fail(
                ControllerFailure(.stopFailed, reason: "cannot be found: no process of it was seen, and \(reason)"))
        }
    }

    mutating func runStopCommand(_ pid: Int32?) -> [ControllerAction] {
        phase = .stopCommand(pid: pid)
        return [.set(.deadline, after: plan.stopTimeout), .runStopCommand]
    }

    mutating func whileStopCommandRuns(_ pid: Int32?, _ event: ControllerEvent) -> [ControllerAction] {
        switch event {
        case .helperSucceeded:
            phase = .lookingAfterCommand
            return [.lookUp]
        case .helperFailed(let how):
            return fail(
                ControllerFailure(.stopFailed, reason: "its stop command failed", endings: [how], showsOutput: true))
        case .expired(.deadline):
            // It hangs; what it was to end is ended without it.
            var ending = stopping(pid)
            ending.steps = []
            return [.deafen] + climb(ending)
        case .cancelled: return finish(.cancelled)
        case .begin, .locked, .lockFailed, .lookFailed, .found, .prepared, .preparationFailed, .spawned, .spawnFailed,
            .commandEnded,
            .daemonNamed, .daemonEnded, .ready, .logActivity, .treeGone, .expired(.inactivity), .expired(.step):
            return []
        }
    }

    mutating func whileLookingAfterCommand(_ event: ControllerEvent) -> [ControllerAction] {
        switch event {
        case .found(.absent): return finish(.stopped, after: [.forget])
        case .found(.running(let pid)):
            // It is on its way out: no signal but the last one, at the deadline that has been set.
            phase = .ending(Ending(stage: .main(pid: pid), steps: [], signal: 0, sequel: stopSequel, isStop: true))
            return [.watchDaemon(pid: pid)]
        case .found(.remnants): return climb(stopping(nil))
        case .lookFailed(let reason): return refuse(reason)
        case .expired(.deadline): return climb(stopping(nil))
        case .cancelled: return finish(.cancelled)
        case .begin, .locked, .lockFailed, .prepared, .preparationFailed, .spawned, .spawnFailed, .commandEnded,
            .daemonNamed, .daemonEnded, .ready, .logActivity, .treeGone, .helperSucceeded, .helperFailed,
            .expired(.inactivity), .expired(.step):
            return []
        }
    }

    // MARK: The ladder

    private var stopSequel: Ending.Sequel { request == .restart ? .start : .finish(.stopped) }

    private func stopping(_ pid: Int32?) -> Ending {
        Ending(
            stage: pid.map { .main(pid: $0) } ?? .tree, steps: plan.stopSequence.steps, signal: 0, sequel: stopSequel,
            isStop: true)
    }

    mutating func endForStop(_ pid: Int32?) -> [ControllerAction] {
        [.set(.deadline, after: plan.stopTimeout)] + climb(stopping(pid))
    }

    /// Ends the daemon (nil: what is left of its tree), then goes on.
    mutating func end(_ pid: Int32?, sequel: Ending.Sequel) -> [ControllerAction] {
        var ending = stopping(pid)
        ending.sequel = sequel
        return [.set(.deadline, after: plan.stopTimeout)] + climb(ending)
    }

    /// Takes the next rung: its signal goes to the main process while that lives, else to all that is left.
    mutating func climb(_ ending: Ending) -> [ControllerAction] {
        var ending = ending
        guard !ending.steps.isEmpty else { return kill(ending) }
        let step = ending.steps.removeFirst()
        // SIGKILL as a rung of its own is the end of the ladder.
        if step.signal == 9 { return kill(ending) }
        let isFirst = ending.signal == 0
        ending.signal = step.signal
        phase = .ending(ending)
        let timer = ControllerAction.set(.step, after: step.patience)
        switch ending.stage {
        case .main(let pid):
            return (isFirst ? [.watchDaemon(pid: pid)] : []) + [.signal(pid: pid, step.signal), timer]
        case .tree: return [.signalTree(step.signal), timer] + (isFirst ? [.watchTree] : [])
        case .killed: return []
        }
    }

    private mutating func kill(_ ending: Ending) -> [ControllerAction] {
        var ending = ending
        let isWatched = ending.stage == .tree && ending.signal != 0
        ending.stage = .killed
        ending.wasKilled = true
        ending.signal = 9
        phase = .ending(ending)
        return [.unset(.deadline), .signalTree(9), .set(.step, after: ControllerPlan.killPatience)]
            + (isWatched ? [] : [.watchTree])
    }

    /// Leaves the ladder of a start that is being undone.
    mutating func killWhatIsAborted() -> [ControllerAction] {
        guard case .ending(let ending) = phase, !ending.isStop, ending.stage != .killed else { return [] }
        return kill(ending)
    }

    mutating func whileEnding(_ ending: Ending, _ event: ControllerEvent) -> [ControllerAction] {
        var ending = ending
        switch event {
        // In an abort the start command itself is the main process.
        case .daemonEnded, .commandEnded:
            guard case .main = ending.stage else { return [] }
            ending.stage = .tree
            phase = .ending(ending)
            // What its end has left behind gets the same signal, and the rest of the time.
            return (ending.signal == 0 ? [] : [.signalTree(ending.signal)]) + [.watchTree]
        case .treeGone: return concluded(ending)
        case .expired(.step):
            if ending.stage == .killed { return survived(ending) }
            return climb(ending)
        case .expired(.deadline): return ending.stage == .killed ? [] : kill(ending)
        // It was spawned after all, at the very moment it was given up.
        case .spawned: return [.signalTree(9)]
        case .cancelled:
            // What was being started must be gone before anybody returns; a stop may be left to itself.
            guard ending.isStop else { return [] }
            return finish(.cancelled)
        case .begin, .locked, .lockFailed, .lookFailed, .found, .prepared, .preparationFailed, .spawnFailed,
            .daemonNamed, .ready,
            .logActivity, .helperSucceeded, .helperFailed, .expired(.inactivity):
            return []
        }
    }

    private mutating func concluded(_ ending: Ending) -> [ControllerAction] {
        switch ending.sequel {
        case .start: return [.unset(.deadline), .unset(.step), .forget] + prepare()
        case .finish(.stopped) where ending.wasKilled:
            return fail(
                ControllerFailure(
                    .stopTimedOut, reason: "did not exit in time and was killed", endings: ["timed out"]),
                after: [.forget])
        case .finish(let result): return finish(result, after: [.forget])
        }
    }

    private mutating func survived(_ ending: Ending) -> [ControllerAction] {
        let reason = "has processes that even SIGKILL has not ended yet: they wait for the kernel (ps shows state D)"
        if ending.isStop { return fail(ControllerFailure(.stopTimedOut, reason: reason, endings: ["timed out"])) }
        return fail(ControllerFailure(.startTimedOut, reason: reason, endings: ["timed out"], showsOutput: true))
    }
}
