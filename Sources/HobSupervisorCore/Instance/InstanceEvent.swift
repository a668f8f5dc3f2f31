package import HobPolicy

/// The helper commands around a process's life.
package enum HookKind: String, Hashable, Sendable, CaseIterable {
    case beforeStart = "before_start"
    case afterStart = "after_start"
    case beforeStop = "before_stop"
    case afterStop = "after_stop"
    case stopCommand = "stop command"
    case reload = "reload command"
}

/// How a hook ended; what it printed stands in the instance's log.
package enum HookResult: Hashable, Sendable {
    case succeeded
    /// It failed, could not be started, or ran out of time; the sentence's end says which.
    case failed(String)
}

/// What can happen to an instance. Orders come from people and from the supervision; the rest from the system.
package enum InstanceEvent: Hashable, Sendable {
    /// It shall run.
    case wantedUp
    /// It shall not run; `force` passes over an objecting `before_stop`.
    case wantedDown(force: Bool)
    /// It shall run in a new process.
    case restartRequested(force: Bool)
    /// It shall read its configuration again.
    case reloadRequested
    /// All it waits for is there, and it is its turn.
    case released
    /// Something it depends on came up: a wait that only bounds a rate may end.
    case dependencyCameUp
    /// A hook came to its end.
    case hookEnded(HookKind, HookResult)
    /// Processes of an earlier life are in the way of a start.
    case leftoversFound
    /// The process exists and has passed exec.
    case spawned(pid: Int32)
    /// There is no process; a transient reason is the machine's, not the service's.
    case spawnFailed(String, isTransient: Bool)
    /// The evidence of readiness is there.
    case becameReady
    /// The main process ended.
    case processEnded(ExitOutcome)
    /// No process of the instance is left.
    case treeEmptied
    /// The kernel does not let us signal it.
    case signalRefused(String)
    /// The service named another main process, of its own tree.
    case mainProcessChanged(pid: Int32)
    /// The service gave its watchdog a sign of life.
    case watchdogFed
    /// The service asks for so much more time for what it is doing now.
    case timeoutExtended(Duration)
    /// The instant in `deadline` is there.
    case deadlinePassed
}
