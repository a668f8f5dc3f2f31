import Glibc
import HobSupervisorCore
import HobSystem

// Processes of ours that descend from neither the keeper nor the supervisor: both have died since they began, and init
// has got them, or whoever else takes in orphans. Only a look at all processes finds them.
extension Supervisor {
    /// What a look at all processes has found.
    struct Scattered {
        /// Who was there, by slot. A slot that is missing here has nobody, and for good: only such a process begets
        /// another.
        var pids: [Int: [Int32]]
        /// The wake-up in which it was looked.
        var turn: UInt64
        /// Those whose end continues a sweep.
        var watched: [Int32: Watch] = [:]
    }

    /// From now on such processes are reckoned with.
    func expectOutsiders() {
        journal.head.isScattered = true
        scattered = nil
    }

    /// Such processes of an instance, but for its main process and its hooks, which are watched.
    ///
    /// One look serves all instances that ask in one wake-up: whoever ends meanwhile causes the next one.
    func outsiders(of slot: Int) throws(SystemError) -> [Int32] {
        guard journal.head.isScattered else { return [] }
        if let scattered, scattered.pids[slot] == nil { return [] }
        if scattered?.turn != turn { try lookForOutsiders() }
        let hooks = runtimes[slot]?.hooks.values.compactMap(\.pid) ?? []
        return (scattered?.pids[slot] ?? []).filter { adopted[$0] == nil && !hooks.contains($0) }
    }

    private func lookForOutsiders() throws(SystemError) {
        let watched = scattered?.watched ?? [:]
        var pids = try outsidersBySlot()
        // A process that forks behind the look's back and ends before its eyes hides its child, but not twice.
        if scattered == nil { pids.merge(try outsidersBySlot()) { Array(Set($0 + $1)).sorted() } }
        scattered = Scattered(pids: pids, turn: turn, watched: watched)
        guard pids.isEmpty else { return }
        journal.head.isScattered = false
        DaemonLog.write("all processes descend from this hobd again")
    }

    private func outsidersBySlot() throws(SystemError) -> [Int: [Int32]] {
        let roots = Set([getpid()] + (keeperNumber.map { [$0] } ?? []))
        let found = try ProcessTree.outsiders(of: roots) { ProcessTag.slot(of: $0, scope: scope) != nil }
        var pids: [Int: [Int32]] = [:]
        for (pid, tag) in found {
            if let slot = ProcessTag.slot(of: tag, scope: scope) { pids[slot, default: []].append(pid) }
        }
        return pids
    }

    /// Of its end no parent tells us.
    func watchOutsider(_ process: ProcessHandle, _ slot: Int) {
        guard scattered?.pids[slot]?.contains(process.pid) == true, scattered?.watched[process.pid] == nil else {
            return
        }
        // Where it cannot be watched, the ladder's next rung looks.
        scattered?.watched[process.pid] = try? loop.watch(process.raw, events: .read) { [unowned self] _ in
            if let watch = scattered?.watched.removeValue(forKey: process.pid) { loop.cancel(watch) }
            continueSweep(slot)
        }
    }
}
