import Glibc
import HobProtocol
import HobSupervisorCore
import HobSystem

// The runtime directory may vanish under us: a session's end removes $XDG_RUNTIME_DIR, an old script cleans /dev/shm.
// What runs has its descriptors and goes on; what is found by name is made again.
extension Supervisor {
    /// A little later than the first removal: whoever removes one thing is about to remove the others.
    private static let repairDelay: Duration = .milliseconds(100)

    func watchRuntime() {
        guard let runtimeWatcher else { return }
        _ = try? loop.watch(runtimeWatcher.raw, events: .read) { [unowned self] _ in
            let events = (try? runtimeWatcher.next()) ?? []
            if events.contains(where: { $0.kind != .ignored }) { repairSoon() }
        }
        watchRuntimeContents()
    }

    private func watchRuntimeContents() {
        let kinds: FileEvent.Kind = [.deleted, .movedFrom, .selfDeleted, .selfMoved]
        for directory in [runtime.descriptor, fifos, notifies] {
            _ = try? runtimeWatcher?.add(directory, events: kinds)
        }
    }

    private func repairSoon() {
        guard !isRepairing, !isShuttingDown else { return }
        isRepairing = true
        loop.schedule(after: Self.repairDelay) { [unowned self] in
            isRepairing = false
            guard !isShuttingDown else { return }
            do {
                try repairRuntime()
            } catch {
                warn(nil, "the runtime directory \(runtime.path) is damaged and cannot be made again: \(error)")
                loop.schedule(after: .seconds(1)) { [unowned self] in repairSoon() }
            }
        }
    }

    /// Makes again what is missing of the directory, the lock, the sockets and the journal; FIFOs follow with the next
    /// start. The keeper is given what is new, since it is what a next life begins with.
    private func repairRuntime() throws {
        let isMoved = !isAtItsPath
        if isMoved {
            let next = try RuntimeDirectory.prepare(runtime.path)
            guard let lock = try FileLock.tryAcquire("lock", in: next.descriptor) else {
                throw SystemError(code: EBUSY, message: "another hobd has taken its place")
            }
            runtime = next
            self.lock = lock
            hold(HeldKey(.lock), lock.descriptor)
        }
        let (fifoLinks, notifyLinks) = (try FileStatus.of(fifos).links, try FileStatus.of(notifies).links)
        let areDirectoriesGone = isMoved || fifoLinks == 0 || notifyLinks == 0
        if areDirectoriesGone {
            fifos = try Self.directory("fifo", in: runtime.descriptor, mode: 0o700)
            notifies = try Self.directory("notify", in: runtime.descriptor, mode: 0o711)
        }
        let isSocketGone = (try? FileStatus.of(ControlServer.name, in: runtime.descriptor).isSocket) != true
        if isMoved || isSocketGone {
            try server?.listen(in: runtime.descriptor)
            if let listener = server?.descriptor { hold(HeldKey(.listener), listener) }
        }
        let isJournalGone = !Journal.isWhole(in: runtime.descriptor)
        if isJournalGone {
            journal = try journal.moved(to: runtime.descriptor, &supervision, processNumber: processNumber)
        }
        try repairNotifySockets()
        watchRuntimeContents()
        if isMoved || areDirectoriesGone || isSocketGone || isJournalGone {
            warn(nil, "somebody has removed things from the runtime directory \(runtime.path); they are there again")
        }
    }

    /// Everything is down: names that nobody will ask for again go. Lines that could not be written stay for the next
    /// life, and so does the file of the lock, which somebody may be waiting for at this moment.
    func clearRuntime(keepingStaging: Bool) {
        for (directory, name) in [(fifos, "fifo"), (notifies, "notify")] {
            for entry in (try? directory.names()) ?? [] { _ = try? directory.remove(entry) }
            _ = try? runtime.descriptor.removeDirectory(name)
        }
        if !keepingStaging { _ = try? runtime.descriptor.remove(StagingArea.fileName) }
    }

    private var isAtItsPath: Bool {
        guard let there = try? Descriptor.open(runtime.path, flags: [.readOnly, .directory, .noFollow]),
            let status = try? FileStatus.of(there), let own = try? FileStatus.of(runtime.descriptor)
        else { return false }
        return status.inode == own.inode && status.device == own.device
    }

    /// A service knows its socket by the path, so the path leads to a socket again.
    private func repairNotifySockets() throws(SystemError) {
        for (slot, runtime) in runtimes.enumerated() {
            guard let runtime, let notify = runtime.notify, let record = supervision.instances[slot],
                (try? FileStatus.of(String(slot), in: notifies).isSocket) != true
            else { continue }
            notify.close()
            runtime.notify = nil
            _ = try openNotifySocket(slot, record.machine.definition.value)
        }
    }
}
