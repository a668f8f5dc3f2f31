/// What a ``StandIn`` has to tell.
package enum StandInEvent: Sendable {
    /// The process has reached its exec.
    case spawned(SpawnedProcess)
    /// It could not be started; nothing is left behind. The last event.
    case failed(SpawnFailure)
    /// It has ended, and was reaped. The last event.
    case ended(ExitStatus)
    /// Nobody here hears of its end any more: it was let go, or somebody has killed the stand-in. The last event.
    ///
    /// ``StandIn/process`` says whether it exists. When it does and `spawned` was not told, it may not have reached its
    /// exec yet.
    case letGo
}
