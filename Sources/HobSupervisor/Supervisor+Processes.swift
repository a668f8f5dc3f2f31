import Glibc
import HobPolicy
import HobProtocol
import HobSupervisorCore
import HobSystem

// Making processes, seeing them end, and ending them.
extension Supervisor {
    func tag(of slot: Int) -> UInt64 {
        ProcessTag(scope: scope, slot: slot, generation: supervision.instances[slot]?.machine.generation ?? 0).rawValue
    }

    /// Guard, port, left-overs, then the spawner; exactly one answer comes back as an event.
    func spawn(_ slot: Int, _ generation: UInt64) {
        guard let record = supervision.instances[slot] else { return }
        guard let runtime = runtimes[slot] else {
            feed(.spawnFailed("there is no FIFO for its output", isTransient: true), slot)
            return
        }
        let definition = record.machine.definition.value
        do throws(SystemError) {
            let output = try openOutput(slot)
            let isGuardFree = try flockExclusive(output)
            if !runtime.isKnownEmpty, !(try living(slot).isEmpty) {
                feed(.leftoversFound, slot)
                return
            }
            if !isGuardFree, !runtime.hasReportedForeignGuard {
                runtime.hasReportedForeignGuard = true
                warn(slot, "a process that is not of this instance holds its output; starting beside it")
            }
            if !runtime.isPortExcused, let port = try busyPort(definition, record.identity) {
                lookForHolder(of: port, slot, generation)
                return
            }
            runtime.isPortExcused = false
            try launch(definition, record.identity, slot, generation, output)
        } catch {
            unwatchReadiness(slot)
            // What passes by itself is tried again; anything else is told to those who wait.
            feed(.spawnFailed(error.message, isTransient: error.isShortage), slot)
        }
    }

    /// Lets the service's user open its output anew, through /dev/stderr for one.
    func giveOutput(of runtime: InstanceRuntime, to process: ProcessAttributes) throws(SystemError) {
        guard let user = process.user else { return }
        do throws(SystemError) {
            try runtime.fifo?.changeOwner(user: user, group: process.group ?? user)
        } catch {
            // Who may not give it away cannot become that user either, and the spawn's error says so.
            if error.code != EPERM { throw error }
        }
    }

    private func launch(
        _ definition: ServiceDefinition, _ identity: InstanceIdentity, _ slot: Int, _ generation: UInt64,
        _ output: Descriptor
    ) throws(SystemError) {
        guard let runtime = runtimes[slot] else { return }
        let process = definition.process
        try giveOutput(of: runtime, to: process)
        var plan = LaunchPlan(
            definition: definition, identity: identity, base: supervision.environment, original: original,
            tag: tag(of: slot))
        var mappings = [
            DescriptorMapping(source: output.raw, target: 1), DescriptorMapping(source: output.raw, target: 2),
        ]
        var kept = [output]
        if definition.log.timestamps == .rfc3339 {
            // As journald does it: by its file, for a descendant may write elsewhere.
            let file = try FileStatus.of(output)
            plan.extra.append(("HOB_LOG_STREAM", "\(file.device):\(file.inode)"))
        }
        if definition.wantsNotifySocket {
            plan.extra.append(("NOTIFY_SOCKET", try openNotifySocket(slot, definition)))
            if let watchdog = definition.watchdog {
                plan.extra.append(("WATCHDOG_USEC", String(watchdog.wholeNanoseconds / 1_000)))
            }
        }
        if case .descriptor(let number) = definition.readiness.kind {
            let (reading, writing) = try Descriptor.pipe()
            try reading.setNonBlocking(true)
            mappings.append(DescriptorMapping(source: writing.raw, target: number))
            kept.append(writing)
            watchReadinessDescriptor(reading, slot)
        }
        var request = plan.mainProcess()
        request.descriptors = mappings
        passStored(to: &request, definition, slot)
        request.birth = journal.births.announce(.main, slot: slot, ticket: journal.head.takeTicket())
        if let cgroup = process.cgroup {
            let directory = try Descriptor.open(cgroup, flags: [.readOnly, .directory])
            request.cgroup = directory.raw
            kept.append(directory)
        }
        if case .log(let pattern) = definition.readiness.kind { try watchLog(pattern, slot) }
        let ticket = SpawnTicket()
        runtime.ticket = ticket
        runtime.isKnownEmpty = false
        runtime.early = []
        let inbox = inbox
        spawner.submit(request, ticket: ticket) { [kept] result in
            // The child has its own copies now; ours may go.
            for descriptor in kept { descriptor.close() }
            inbox.post(.spawned(slot: slot, generation: generation, result))
        }
    }

    func spawned(_ slot: Int, _ generation: UInt64, _ result: Result<SpawnedProcess, SpawnFailure>) {
        guard let runtime = runtimes[slot], supervision.instances[slot]?.machine.generation == generation else {
            return
        }
        runtime.ticket = nil
        switch result {
        case .failure(let failure):
            runtime.early = []
            unwatchReadiness(slot)
            feed(.spawnFailed(failure.message, isTransient: failure.isTransient), slot)
        case .success(let process):
            announce(.spawned, slot: slot, pid: process.pid)
            watchProcess(process.handle, slot)
            feed(.spawned(pid: process.pid), slot)
            let early = runtime.early
            runtime.early = []
            for hear in early { hear() }
        }
    }

    private func watchProcess(_ handle: ProcessHandle, _ slot: Int) {
        guard let runtime = runtimes[slot] else { return }
        if let watch = runtime.processWatch { loop.cancel(watch) }
        runtime.process = handle
        runtime.processNumber = (try? FileStatus.of(handle.descriptor).inode) ?? 0
        do throws(SystemError) {
            runtime.processWatch = try loop.watch(handle.raw, events: .read) { [unowned self] _ in mainEnded(slot) }
            runtime.isUnwatched = false
        } catch {
            runtime.processWatch = nil
            watchLater(handle, slot, error)
        }
    }

    /// The kernel cannot announce this end at the moment: it is looked for until it can.
    private func watchLater(_ handle: ProcessHandle, _ slot: Int, _ error: SystemError) {
        if runtimes[slot]?.isUnwatched == false { warn(slot, "cannot watch pid \(handle.pid): \(error.message)") }
        runtimes[slot]?.isUnwatched = true
        loop.schedule(after: .milliseconds(50)) { [unowned self] in
            guard runtimes[slot]?.process === handle else { return }
            if handle.hasExited { mainEnded(slot) } else { watchProcess(handle, slot) }
        }
    }

    /// A child of ours: its status stays readable until it is written down.
    private func mainEnded(_ slot: Int) {
        guard let process = runtimes[slot]?.process, process.hasExited else { return }
        endedMains.append(process)
        mainEnded(slot, Self.outcome(of: process))
        if runtimes[slot]?.process === process { endedMains.removeAll { $0 === process } }
        if !isDispatching { reapEndedMains() }
    }

    /// Reaps those whose end is written down: before anybody is told, for who hears of an end finds nothing any more.
    func reapEndedMains() {
        // ECHILD: it was none of ours, and somebody else reaps it.
        for process in endedMains { _ = try? process.reap() }
        endedMains.removeAll()
    }

    /// The main process has ended, whoever told.
    func mainEnded(_ slot: Int, _ outcome: ExitOutcome) {
        guard let runtime = runtimes[slot], let process = runtime.process else { return }
        // A last word counts although its sender is gone; it may even name the next main process.
        runtime.notify?.drain { [unowned self] message, descriptors, sender in
            receive(message, descriptors, from: sender, slot)
        }
        guard runtime.process === process else { return }
        // Before the next one is announced there; until its end is written down it is known by its pid.
        journal.births.forget(.main, slot: slot)
        // What it wrote is read before its successor writes, which begins a line of its own. Nobody waits for it.
        if runtime.output?.isSettled != true { logs.drain(slot: slot, token: 0, endsLine: true) }
        if let watch = runtime.processWatch { loop.cancel(watch) }
        runtime.processWatch = nil
        runtime.process = nil
        runtime.processNumber = 0
        runtime.statusText = nil
        feed(.processEnded(outcome), slot)
    }

    /// A child's status is ours to read; of a process that is not our child, the kernel may still tell.
    private static func outcome(of process: ProcessHandle) -> ExitOutcome {
        if let status = (try? process.peekExit()) ?? nil { return ExitOutcome(status) }
        if let status = (try? process.exitInfo()) ?? nil { return ExitOutcome(status) }
        return .unknown
    }

    /// The service named another of its processes as the main one.
    func adoptMain(_ pid: Int32, _ slot: Int) {
        guard let runtime = runtimes[slot], let old = runtime.process, old.pid != pid else { return }
        do throws(SystemError) {
            let handle = try ProcessHandle.open(pid: pid)
            guard let tag = ProcessTree.tag(of: pid), ProcessTag.marks(tag, scope: scope, slot: slot),
                !handle.hasExited
            else {
                warn(slot, "MAINPID=\(pid) is no process of this instance: ignored")
                return
            }
            adoptedMains += 1
            watchProcess(handle, slot)
            feed(.mainProcessChanged(pid: pid), slot)
            // The old one is an ordinary member of the tree from now on, and ours to reap.
            retired.append(old)
            reapRetired()
        } catch {
            warn(slot, "MAINPID=\(pid) cannot be watched: \(error.message)")
        }
    }

    // MARK: Signals

    func signalMain(_ slot: Int, _ signal: SignalNumber) {
        guard let process = runtimes[slot]?.process else { return }
        do throws(SystemError) {
            if try process.signal(signal) { announce(.signaled, slot: slot, pid: process.pid, message: signal.name) }
        } catch {
            feed(.signalRefused("cannot signal pid \(process.pid): \(error.message)"), slot)
        }
    }

    /// Signals everything the main process left; done when a look finds nothing.
    func signalTree(_ slot: Int, _ signal: SignalNumber) {
        guard let runtime = runtimes[slot] else { return }
        if runtime.sweep?.signal != signal { runtime.sweep = InstanceRuntime.Sweep(signal: signal) }
        sweeping.insert(slot)
        continueSweep(slot)
    }

    /// SIGKILL to the main process and everything else, again and again until a look finds nothing.
    func killTree(_ slot: Int) {
        guard let runtime = runtimes[slot] else { return }
        signalMain(slot, .kill)
        runtime.sweep = InstanceRuntime.Sweep(signal: .kill)
        sweeping.insert(slot)
        continueSweep(slot)
    }

    /// Looks once more for processes of an instance that is being swept.
    func continueSweep(_ slot: Int) {
        guard let runtime = runtimes[slot], runtime.sweep != nil else { return }
        let members: [Int32]
        do throws(SystemError) {
            members = try living(slot)
        } catch {
            // Nobody can look at the moment, which says nothing about who is there.
            if runtime.sweep?.isBlind == false { warn(slot, "cannot look for what it left: \(error.message)") }
            runtime.sweep?.isBlind = true
            loop.schedule(after: .milliseconds(100)) { [unowned self] in
                if runtimes[slot] === runtime { continueSweep(slot) }
            }
            return
        }
        guard !members.isEmpty else {
            if runtime.process == nil {
                runtime.sweep = nil
                sweeping.remove(slot)
                runtime.isKnownEmpty = true
                feed(.treeEmptied, slot)
            }
            return
        }
        for pid in members { reach(pid, slot) }
    }

    private func reach(_ pid: Int32, _ slot: Int) {
        guard let runtime = runtimes[slot], let sweep = runtime.sweep else { return }
        guard sweep.signal == .kill || !sweep.reached.contains(pid) else { return }
        do throws(SystemError) {
            let member = try ProcessHandle.open(pid: pid)
            // The number was read a moment ago; the mark of what the handle holds says whose it is now.
            guard let tag = try ProcessTree.knownTag(of: pid), ProcessTag.marks(tag, scope: scope, slot: slot) else {
                return
            }
            if try member.signal(sweep.signal) {
                runtime.sweep?.reached.insert(pid)
                announce(.signaled, slot: slot, pid: pid, message: "\(sweep.signal.name) (left over)")
            }
            watchOutsider(member, slot)
        } catch {
            if error.code == EPERM { feed(.signalRefused("cannot signal pid \(pid): \(error.message)"), slot) }
            if error.isShortage {
                // No descriptor to reach it by: the next look tries again.
                loop.schedule(after: .milliseconds(100)) { [unowned self] in
                    if runtimes[slot] === runtime { continueSweep(slot) }
                }
            }
        }
    }

    /// The processes of an instance besides a living main one: running helpers, and orphans with its mark.
    ///
    /// Empty only when no orphan with the mark exists, zombie or not: one that ends during the look has handed its
    /// children to us by then, and the next look sees them.
    func living(_ slot: Int) throws(SystemError) -> [Int32] {
        guard let runtime = runtimes[slot] else { return [] }
        var found: [Int32] = []
        for hook in runtime.hooks.values where hook.isRunning {
            if let pid = hook.pid { found.append(pid) }
        }
        if let process = runtime.process, runtime.sweep?.signal == .kill {
            found += ProcessTree.descendants(of: process.pid)
        }
        // A zombie that somebody else holds (a debugger) cannot be reaped by us; it runs nothing, so it does not count.
        for _ in 0..<8 {
            let (left, hasReaped) = try reapOrphansOnce()
            // What one leaves behind comes to us and is in the next list.
            let own = hasReaped ? try ProcessTree.orphansOfSelf() : left
            var orphans: [Int32] = []
            for pid in try own + orphansOfKeeper() + outsiders(of: slot) where pid != runtime.process?.pid {
                guard let tag = try ProcessTree.knownTag(of: pid) else { continue }
                if ProcessTag.marks(tag, scope: scope, slot: slot) { orphans.append(pid) }
            }
            if orphans.isEmpty { return found }
            var members: [Int32] = []
            for orphan in orphans {
                guard let facts = try ProcessFacts.known(of: orphan), !facts.isZombie else { continue }
                members.append(orphan)
                members += ProcessTree.descendants(of: orphan)
            }
            if !members.isEmpty { return found + members }
        }
        return found
    }

    // MARK: Orphans

    /// Some child ended: orphans are reaped here, main processes and helpers by those who watch them.
    func reapOrphans() {
        // Who could not be seen now is seen at the next look.
        _ = try? reapOrphansOnce()
        continueSweeps()
    }

    /// Reaps the orphans that have ended.
    ///
    /// - Returns: the others of the same list, and whether any was reaped.
    @discardableResult
    private func reapOrphansOnce() throws(SystemError) -> (left: [Int32], hasReaped: Bool) {
        reapRetired()
        var hasReaped = false
        let left = try ProcessTree.orphansOfSelf().filter { pid in
            // Alive, or reaped a moment ago: either way there is nothing to do.
            guard !isAdoptedMain(pid), (try? ProcessControl.reap(pid: pid)) != nil else { return true }
            hasReaped = true
            return false
        }
        return (left, hasReaped)
    }

    /// An orphan that its service named as main is watched like any main process.
    private func isAdoptedMain(_ pid: Int32) -> Bool {
        adoptedMains > 0 && runtimes.contains { $0?.process?.pid == pid }
    }

    /// Former main processes that ended; they were cloned by us, so nobody else reaps them.
    private func reapRetired() {
        guard !retired.isEmpty else { return }
        retired.removeAll { handle in ((try? handle.reap()) ?? nil) != nil }
    }
}
