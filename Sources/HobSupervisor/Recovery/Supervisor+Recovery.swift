import Glibc
import HobPolicy
import HobProtocol
import HobSupervisorCore
import HobSystem

// Finding everything where a life before this one was killed.
extension Supervisor {
    /// Takes over all instances of the journal, and does what was decided and perhaps not done.
    func takeOver(_ recovered: Journal.Recovered) {
        let slots = supervision.instances.indices.filter { supervision.instances[$0] != nil }
        // Both hobds were gone: what ended meanwhile has left no status, and orphans went to init.
        if !isSuccessor { expectOutsiders() }
        for slot in slots { addRuntime(slot) }
        DaemonLog.write(
            "life \(journal.head.lives): \(slots.count) instances taken over from the journal"
                + (isSafe ? "; safe mode: nothing is started or ended until `hob resume`" : ""))
        announce(
            .warning,
            message: isSafe
                ? "the supervisor has died again and again: safe mode, nothing is started or ended until `hob resume`"
                : "the supervisor was started anew and has taken over \(slots.count) instances")
        isShuttingDown = supervision.isShuttingDown
        keepsWanted = supervision.isShuttingDown
        recoveredState = recovered
        guard !isSafe else { return }
        resume()
    }

    /// Lets everything move: at once, or after safe mode.
    func resume() {
        guard let recovered = recoveredState else { return }
        recoveredState = nil
        isResuming = true
        let slots = supervision.instances.indices.filter { supervision.instances[$0] != nil }
        for slot in slots { takeOverProcess(slot, recovered.processNumbers[slot] ?? 0) }
        for slot in slots {
            let batch = recovered.batches[slot] ?? 0
            let wasPerformed = journal.births.performed(slot: slot) >= batch
            let actions = supervision.resumption(of: slot, wasPerformed: wasPerformed)
            perform(actions.map { .act(slot: slot, $0) })
            adjustTimer(slot)
        }
        isResuming = false
        for key in held.entries.keys {
            // Nobody has use for it any more.
            kept[key] = held.entries[key]
            drop(key)
        }
        held.entries.removeAll()
        perform(supervision.resume(at: Clock.now))
        settleKeeperChildren()
        save()
        if isShuttingDown {
            isShuttingDown = false
            shutDown()
        }
    }

    /// The main process, if it lives or has left its status; else it has ended while nobody watched.
    private func takeOverProcess(_ slot: Int, _ number: UInt64) {
        guard let runtime = runtimes[slot], let record = supervision.instances[slot] else { return }
        takeOverNotifySocket(slot)
        takeOverStored(slot)
        guard let life = record.machine.life else {
            // Its last line may have no end yet.
            logs.drain(slot: slot, token: 0, endsLine: true)
            return
        }
        if let handle = find(life.pid, slot, number: number) {
            // A zombie that nobody has reaped yet: its FIFO was open nowhere any more when the keeper was gone too.
            if !isSuccessor, handle.hasExited { markGap(slot) }
            watchAdopted(handle, slot)
            return
        }
        runtime.processNumber = 0
        markGap(slot)
        pending.append((slot, .processEnded(.unknown)))
    }

    /// Whether a number still means the process that was written down.
    ///
    /// - Parameter number: the kernel's own number of the process, when it was known; else any process with the mark.
    private func find(_ pid: Int32, _ slot: Int, number: UInt64) -> ProcessHandle? {
        guard let handle = try? ProcessHandle.open(pid: pid), let tag = ProcessTree.tag(of: pid),
            ProcessTag.marks(tag, scope: scope, slot: slot)
        else { return nil }
        if number != 0, (try? FileStatus.of(handle.descriptor).inode) != number { return nil }
        return handle
    }

    func watchAdopted(_ handle: ProcessHandle, _ slot: Int) {
        guard let runtime = runtimes[slot] else { return }
        runtime.process = handle
        runtime.processNumber = (try? FileStatus.of(handle.descriptor).inode) ?? 0
        if let facts = ProcessFacts.of(pid: handle.pid), facts.parent != keeperPID, facts.parent != getpid() {
            expectOutsiders()
        }
        do throws(SystemError) {
            try adopt(handle) { [unowned self] outcome in
                guard runtimes[slot]?.process === handle else { return }
                mainEnded(slot, outcome)
            }
        } catch {
            warn(slot, "cannot watch pid \(handle.pid), ending it: \(error.message)")
            _ = try? handle.signal(.kill)
        }
    }

    /// What an instance wrote while nobody held its FIFO may be lost with it; the log says so.
    private func markGap(_ slot: Int) {
        guard let runtime = runtimes[slot], let output = try? runtime.fifo?.openReadWrite() else { return }
        warn(
            slot, "\(runtime.name) ended while no hobd was there: its status may be unknown, its last lines may be lost"
        )
        try? output.writeAll("[hob: ended while no supervisor was there; lines may be missing here]\n")
    }

    // MARK: A spawn whose beginning an earlier life has seen

    /// Takes over the process of a spawn that was under way, or begins it anew when there is none.
    func resumeSpawn(_ slot: Int, _ generation: UInt64) {
        guard let record = supervision.instances[slot] else { return }
        let pid = journal.births.settle(.main, slot: slot)
        if let handle = pid.flatMap({ born($0, slot, generation) }) {
            announce(.spawned, slot: slot, pid: handle.pid)
            takeOverReadiness(slot)
            watchAdopted(handle, slot)
            feed(.spawned(pid: handle.pid), slot)
            return
        }
        held.entries[HeldKey(.readiness, slot: UInt32(slot))]?.descriptor.close()
        if let pid {
            // It has run, and has ended while nobody was there: it must not run a second time for the same start.
            markGap(slot)
            feed(.spawned(pid: pid), slot)
            feed(.processEnded(.unknown), slot)
            return
        }
        if case .spawning(_, abort: true) = record.machine.phase {
            feed(.spawnFailed("it was called off", isTransient: false), slot)
        } else {
            spawn(slot, generation)
        }
    }

    /// A process that was born for an instance's generation, while it is there.
    func born(_ pid: Int32, _ slot: Int, _ generation: UInt64) -> ProcessHandle? {
        let tag = ProcessTag(scope: scope, slot: slot, generation: generation).rawValue
        guard let handle = try? ProcessHandle.open(pid: pid), ProcessTree.tag(of: pid) == tag else { return nil }
        return handle
    }

    /// Takes over a hook that an earlier life has started; false when it has not come to that.
    func resumeHook(_ kind: HookKind, _ slot: Int) -> Bool {
        guard let runtime = runtimes[slot], let record = supervision.instances[slot] else { return false }
        let role = BirthRegister.Role(kind)
        guard let pid = journal.births.settle(role, slot: slot) else { return false }
        guard let handle = born(pid, slot, record.machine.generation) else {
            journal.births.forget(role, slot: slot)
            feed(.hookEnded(kind, .failed("ended while no supervisor was there; its result is unknown")), slot)
            return true
        }
        let helper = HelperProcess(adopting: handle, on: loop) { [unowned self] result in
            hookEnded(kind, result, slot)
        }
        runtime.hooks[kind] = helper
        do throws(SystemError) {
            try adopt(handle) { outcome in helper.ended(outcome) }
        } catch {
            helper.kill()
            feed(.hookEnded(kind, .failed("could not be watched: \(error.message)")), slot)
        }
        return true
    }

    // MARK: Descriptors that the keeper has held

    private func takeOverNotifySocket(_ slot: Int) {
        guard let runtime = runtimes[slot], let record = supervision.instances[slot],
            record.machine.definition.value.wantsNotifySocket
        else { return }
        let key = HeldKey(.notify, slot: UInt32(slot))
        let socket = held.take(key)
        let isNeeded = record.machine.life != nil || socket != nil
        guard isNeeded else { return }
        do throws(SystemError) {
            _ = try openNotifySocket(slot, record.machine.definition.value, adopting: socket)
        } catch {
            warn(slot, "\(runtime.name) cannot be heard any more: \(error.message)")
        }
    }

    func takeOverReadiness(_ slot: Int) {
        guard let record = supervision.instances[slot],
            case .descriptor = record.machine.definition.value.readiness.kind,
            let reading = held.take(HeldKey(.readiness, slot: UInt32(slot)))
        else { return }
        watchReadinessDescriptor(reading, slot)
    }

    private func takeOverStored(_ slot: Int) {
        let mine = held.entries.values.filter { $0.key.role == .stored && $0.key.slot == UInt32(slot) }
        for entry in mine.sorted(by: { $0.key.index < $1.key.index }) {
            held.entries[entry.key] = nil
            kept[entry.key] = entry
            runtimes[slot]?.stored.append(
                InstanceRuntime.Stored(name: entry.label, descriptor: entry.descriptor, index: entry.key.index))
        }
    }
}

extension BirthRegister.Role {
    /// The role of a hook's process.
    init(_ kind: HookKind) {
        switch kind {
        case .beforeStart: self = .beforeStart
        case .afterStart: self = .afterStart
        case .beforeStop: self = .beforeStop
        case .afterStop: self = .afterStop
        case .stopCommand: self = .stopCommand
        case .reload: self = .reload
        }
    }
}
