import Glibc
import HobPolicy
import HobSystem
import Logging

// The processes of a pool: their start, what they say, and their end.
extension WorkerPoolCore {
    /// Between a supervisor and this process; workers have no part in it.
    private static let ours: Set<String> = [
        "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "MAINPID",
        WorkerSetup.variable,
    ]

    func spawn(_ life: Int, _ slot: Int) {
        let live = LiveWorker(life: life, number: slot)
        workers[life] = live
        started += 1
        do throws(SystemError) {
            let (ours, theirs) = try Descriptor.socketPair()
            let pipe = try Descriptor.pipe()
            live.link = try FrameLink(ours, limit: WorkerMessage.mostBytes, on: loop)
            live.errors = try WorkerOutput(pipe.read, on: loop)
            live.link?.received = { [weak self] in self?.received($0, of: life) }
            let core = LoopBound(self)
            let work = self.work
            Spawner.shared.submit(request(live, control: theirs, errors: pipe.write), ticket: live.ticket) { result in
                // The worker has its own copies by now.
                theirs.close()
                pipe.write.close()
                work.post { _ in core.value.spawned(life, result) }
            }
        } catch {
            live.complaint = error.message
            // Not now: the machine is in the midst of its actions.
            let core = LoopBound(self)
            work.post { _ in core.value.handle(.ended(life)) }
        }
    }

    private func request(_ live: LiveWorker, control: Descriptor, errors: Descriptor) -> SpawnRequest {
        var setup = WorkerSetup(
            worker: worker, pool: name, number: live.number, build: program.build, drain: options.drain)
        switch options.heartbeat {
        case .automatic(let limit): (setup.heartbeat, setup.beatsByItself) = (limit, true)
        case .manual(let limit): (setup.heartbeat, setup.beatsByItself) = (limit, false)
        case nil: break
        }
        setup.maximumRequests = options.maximumRequests
        setup.listeners = listeners.map(\.name)
        var request = SpawnRequest(executable: program.path)
        request.argv0 = "\(name): worker \(live.number)"
        request.environment =
            ChildEnvironment.inherited.entries.filter { entry in
                !Self.ours.contains(String(entry.prefix { $0 != "=" }))
            } + ["\(WorkerSetup.variable)=\(setup.text)"]
        // Ctrl-C of a terminal is the pool's business.
        request.session = .newGroup
        switch options.orphans {
        case .die: request.parentDeathSignal = SIGKILL
        case .drain: break
        }
        request.descriptors = [
            DescriptorMapping(source: 1, target: 1), DescriptorMapping(source: errors.raw, target: 2),
            DescriptorMapping(source: control.raw, target: WorkerSetup.control),
        ]
        for (index, listener) in listeners.enumerated() {
            request.descriptors.append(
                DescriptorMapping(source: listener.socket.raw, target: WorkerSetup.control + 1 + Int32(index)))
        }
        return request
    }

    private func spawned(_ life: Int, _ result: Result<SpawnedProcess, SpawnFailure>) {
        guard let live = workers[life] else { return }
        switch result {
        case .failure(let failure):
            live.complaint = "\(failure)"
            handle(.ended(life))
        case .success(let process):
            live.process = process
            tell(.started(number: live.number, pid: process.pid))
            do throws(SystemError) {
                live.exit = try loop.watch(process.handle.raw, events: .read) { [weak self] _ in self?.exited(life) }
            } catch {
                live.complaint = error.message
                live.kill()
                handle(.ended(life))
            }
            publish()
        }
    }

    private func received(_ frame: Frame, of life: Int) {
        // A message that this version does not know is a later one's.
        guard let live = workers[life], let message = WorkerMessage(frame) else { return }
        switch message {
        case .hello(let version, let build): introduced(live, version, build)
        case .ready:
            guard live.hasIntroducedItself, live.readyAt == nil else { return }
            let now = MonotonicTime.now()
            live.readyAt = now
            if let timer = live.timers.removeValue(forKey: .start) { loop.cancel(timer) }
            if let pid = live.process?.pid { tell(.ready(number: live.number, pid: pid, after: now - live.born)) }
            if let since = vacant.removeValue(forKey: live.number) {
                tell(.replaced(number: live.number, after: now - since))
            }
            handle(.ready(life))
        case .beat(let requests):
            live.requests = max(live.requests, requests)
            handle(.beat(life))
        case .failed(let text): if !text.isEmpty { live.complaint = text }
        case .recycle(let isForRequests): handle(.recycle(life, isForRequests ? .requests : .restart))
        case .stop: break
        }
    }

    private func introduced(_ live: LiveWorker, _ version: UInt64, _ build: String) {
        guard version == WorkerMessage.version, build == program.build.hash else {
            live.complaint =
                "it is of another build (\(build)) than its pool (\(program.build.hash)): restart the whole program"
            live.kill()
            return
        }
        live.hasIntroducedItself = true
        // The order to stop may have come before it could hear.
        if live.isToStop { live.link?.send(WorkerMessage.stop.frame) }
    }

    private func exited(_ life: Int) {
        guard let live = workers[life] else { return }
        // Its last words may be read after its end only.
        live.link?.pump()
        handle(.ended(life))
    }

    /// Reaps a worker that has ended, and keeps what is known of its end.
    func bury(_ life: Int, _ cause: PoolCause) {
        guard let live = workers.removeValue(forKey: life) else { return }
        var outcome: ExitOutcome?
        if let handle = live.process?.handle {
            // One that we cannot watch was killed a moment ago.
            _ = handle.waitForExit(until: MonotonicTime.now() + .milliseconds(100))
            switch ((try? handle.reap()) ?? nil) ?? ((try? handle.exitInfo()) ?? nil) {
            case .exited(let code): outcome = .exited(code)
            case .signaled(let signal, let coreDumped): outcome = .signaled(signal, coreDumped: coreDumped)
            case nil: outcome = .unknown
            }
        }
        let now = MonotonicTime.now()
        let end = WorkerEnd(
            number: live.number, pid: live.process?.pid, reason: .init(cause), outcome: outcome,
            text: live.complaint ?? lastWords(of: live, cause, outcome), lifetime: now - live.born,
            wasReady: live.readyAt != nil)
        live.close(on: loop)
        requestsOfTheDead &+= live.requests
        if !cause.isAsked {
            failed += 1
            vacant[live.number] = now
            failures.append(end)
            if failures.count > Self.mostFailures { failures.removeFirst() }
            options.logger.error("pool \(name): \(end.sentence)")
        } else {
            options.logger.info("pool \(name): \(end.sentence)")
        }
        tell(.ended(end))
    }

    private func lastWords(of live: LiveWorker, _ cause: PoolCause, _ outcome: ExitOutcome?) -> String {
        let lines = live.errors?.lastLines() ?? ""
        guard lines.isEmpty, !live.hasIntroducedItself, !cause.isAsked, outcome != nil else { return lines }
        return
            "it never introduced itself: the main of \(program.installed ?? program.path) must begin with WorkerProcess.becomeWorkerIfAsked([\(worker).self])"
    }
}
