package import HobPolicy

/// What the shell shall do for an instance. Actions of one event are carried out in order.
package enum InstanceAction: Hashable, Sendable {
    /// Run a hook and answer with `hookEnded`; the outcome is that of the process that just ended.
    case runHook(HookKind, outcome: ExitOutcome?)
    /// Kill a running hook and its tree; no answer is waited for.
    case killHook(HookKind)
    /// Take the guard, look for left-overs, start the process, and answer with `spawned` or why not.
    case spawn(generation: UInt64)
    /// A spawn that does not come back: kill what it has made so far.
    case killSpawn
    /// Begin to look for readiness and answer with `becameReady`.
    case watchReadiness
    /// Stop looking.
    case unwatchReadiness
    /// Send a signal to the main process.
    case signal(Int32)
    /// The main process is gone: signal whatever it left, and answer with `treeEmptied` when nothing is left.
    case signalTree(Int32)
    /// SIGKILL to every process of the instance, again until none is found, then `treeEmptied`.
    case killTree
    /// Tell those who wait.
    case report(InstanceReport)
}

/// What those who wait for an instance are told.
package enum InstanceReport: Hashable, Sendable {
    /// It may be used, in this generation.
    case cameUp
    /// An attempt to start it came to nothing.
    case startFailed(String, status: Int32?)
    /// Its process tree is gone because that was wanted.
    case gone(killed: Bool, complaint: String?)
    /// It survives even SIGKILL for now.
    case unkillable(String)
    /// `before_stop` objected; it goes on.
    case stopRefused(String)
    /// It ran to its end, and as a service is not started again by itself.
    case completed(ExitOutcome)
    /// It read its configuration again, or could not.
    case reloaded(complaint: String?)
    /// Its main process ended, asked or not.
    case exited(ExitOutcome)
}
