import CHobSystem
import Glibc

/// Starts a process and returns when it has reached its exec, or says at which step it failed.
///
/// The calling thread stands still until then. A supervisor calls this on ``Spawner`` threads only: its leader
/// thread must have no children of its own, so that the kernel's list of them holds just the orphans.
package func spawn(
    _ request: SpawnRequest, ticket: SpawnTicket? = nil
) throws(SpawnFailure) -> SpawnedProcess {
    let ticket = ticket ?? SpawnTicket()
    guard ticket.begin() else {
        throw SpawnFailure(stage: .clone, code: ECANCELED, detail: 0, request: request)
    }
    if let refusal = request.contradiction {
        _ = ticket.finish(succeeded: false)
        throw refusal
    }
    let result = ticket.result
    let outcome = SpawnArguments.with(request) { arguments in
        invoke(.clone, retrying: false) { hob_spawn(&arguments, result) }
    }
    guard let handle = ticket.finish(succeeded: outcome >= 0) else {
        // An injected fault leaves the result untouched: that is a failed clone.
        let stage = SpawnStage(rawValue: result.pointee.stage) ?? .clone
        throw SpawnFailure(stage: stage, code: -outcome, detail: result.pointee.detail, request: request)
    }
    return SpawnedProcess(pid: handle.pid, handle: handle)
}
