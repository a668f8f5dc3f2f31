import Glibc
import HobPolicy
import HobSupervisorCore
import HobSystem

// Between the supervisor and its keeper: whose children ended, what is held, and what happens when the keeper dies.
extension Supervisor {
    var keeperCallbacks: KeeperLink.Callbacks {
        KeeperLink.Callbacks(
            childChanged: { [unowned self] in settleKeeperChildren() },
            signal: { [unowned self] signal in follow(signal) },
            keeperGone: { [unowned self] in keeperIsGone() })
    }

    /// Gives the keeper a copy of a descriptor, so that it outlives us.
    func hold(_ key: HeldKey, _ descriptor: Descriptor, label: String = "") {
        kept[key] = HeldDescriptor(key, descriptor, label: label)
        link?.hold(key, descriptor, label: label) { error in
            if let error { DaemonLog.write(error.message) }
        }
    }

    /// Lets the keeper close a descriptor.
    func drop(_ key: HeldKey) {
        guard kept.removeValue(forKey: key) != nil else { return }
        link?.drop(key)
    }

    // MARK: Processes of earlier lives

    /// Hears of the end of a process that is no child of ours.
    func adopt(_ handle: ProcessHandle, completion: @escaping (ExitOutcome) -> Void) throws(SystemError) {
        let process = AdoptedProcess(handle, completion: completion)
        process.watch = try loop.watch(handle.raw, events: .read) { [unowned self] events in
            adoptedEnded(process, events)
        }
        adopted[handle.pid] = process
    }

    /// A pidfd is readable as long as its process is a zombie: it is asked about once, then only its release is heard.
    private func adoptedEnded(_ process: AdoptedProcess, _ events: IOEvents) {
        if events.contains(.hangUp) {
            // Somebody else has reaped it, and only the kernel may still know.
            let status = (try? process.handle.exitInfo()) ?? nil
            settle(process, status.map { ExitOutcome($0) } ?? .unknown)
            return
        }
        if let watch = process.watch { try? loop.modify(watch, events: []) }
        guard let link, link.isOpen else {
            settleLater(process)
            return
        }
        let pid = process.handle.pid
        link.status(of: pid) { [weak self] fate in
            guard let self else { return }
            switch fate {
            case .exited(let status):
                zombies.insert(pid)
                settle(process, ExitOutcome(status))
                whenRecorded { [unowned self] in release(pid, link) }
            case .alive, .noChild, .keeperGone: settleLater(process)
            }
        }
    }

    /// Its parent, whoever that is, will reap it; if that takes long, nobody will ever know its status.
    private func settleLater(_ process: AdoptedProcess) {
        loop.schedule(after: .seconds(1)) { [weak self, weak process] in
            guard let self, let process, process.isOpen else { return }
            let status = (try? process.handle.exitInfo()) ?? nil
            settle(process, status.map { ExitOutcome($0) } ?? .unknown)
        }
    }

    private func settle(_ process: AdoptedProcess, _ outcome: ExitOutcome) {
        if let watch = process.watch { loop.cancel(watch) }
        process.watch = nil
        if adopted[process.handle.pid] === process { adopted[process.handle.pid] = nil }
        process.end(outcome)
    }

    /// Asks for the keeper's zombies one by one; each is released once what it means is written down.
    func settleKeeperChildren() {
        guard !isSafe, let link, link.isOpen, !isAskingKeeper else { return }
        isAskingKeeper = true
        link.anyEnded { [weak self] ended in
            guard let self else { return }
            isAskingKeeper = false
            guard let ended else {
                continueSweeps()
                return
            }
            zombies.insert(ended.pid)
            if let process = adopted[ended.pid] { settle(process, ExitOutcome(ended.status)) }
            whenRecorded { [unowned self] in
                release(ended.pid, link)
                settleKeeperChildren()
            }
        }
    }

    /// Lets the keeper reap a child whose end is written down.
    private func release(_ pid: Int32, _ link: KeeperLink) {
        link.release(pid)
        // Answers come in order: from then on the number may mean somebody else.
        link.status(of: pid) { [weak self] _ in self?.zombies.remove(pid) }
    }

    /// The children of the keeper that nobody watches: orphans of services that an earlier life started.
    func orphansOfKeeper() -> [Int32] {
        guard let link, link.isOpen else { return [] }
        let own = getpid()
        // Who is known to have ended has handed on its children before this look.
        return ProcessTree.children(of: keeperPID).filter {
            $0 != own && adopted[$0] == nil && !zombies.contains($0)
        }
    }

    /// Looks once more for everybody who is being swept.
    func continueSweeps() {
        for slot in sweeping {
            if runtimes[slot]?.sweep == nil { sweeping.remove(slot) } else { continueSweep(slot) }
        }
    }

    // MARK: The keeper's end

    /// Without a keeper the next death of ours would lose statuses and FIFOs: we become the keeper, and a new supervisor
    /// goes on from the journal.
    private func keeperIsGone() {
        guard !isEnding else { return }
        guard getppid() == keeperPID else { return keeperEnded() }
        // A process that is killed closes its files before its children get another parent: its end is waited for.
        do throws(SystemError) {
            let keeper = try ProcessHandle.open(pid: keeperPID)
            let timer = loop.schedule(after: Self.keeperPatience) { [unowned self] in keeperStays() }
            var watch: Watch?
            watch = try loop.watch(keeper.raw, events: .read) { [unowned self] _ in
                if let watch { loop.cancel(watch) }
                loop.cancel(timer)
                withExtendedLifetime(keeper) { keeperEnded() }
            }
        } catch {
            // It is gone already, or nobody can look at the moment.
            loop.schedule(after: .milliseconds(20)) { [unowned self] in keeperIsGone() }
        }
    }

    /// How long a keeper whose line is closed may still be there.
    private static let keeperPatience: Duration = .seconds(1)

    /// Only its line is broken: it starts another supervisor, with another line, as soon as we are gone.
    private func keeperStays() {
        guard !isEnding else { return }
        DaemonLog.write("the keeper's line is broken: ending, so that it starts a supervisor anew")
        DaemonLog.finish()
        exit(70)
    }

    private func keeperEnded() {
        guard !isEnding else { return }
        DaemonLog.write("the keeper has ended: taking its place")
        expectOutsiders()
        succeed()
    }

    private func succeed() {
        guard !isEnding else { return }
        let error = KeeperSuccession.becomeKeeper(
            held: Array(kept.values), arguments: options.words, origin: held.origin,
            isSafe: isSafe)
        // Everything is as before: going on without one is better than not going on.
        DaemonLog.write("\(error.message); trying again in a second")
        loop.schedule(after: .seconds(1)) { [unowned self] in succeed() }
    }
}
