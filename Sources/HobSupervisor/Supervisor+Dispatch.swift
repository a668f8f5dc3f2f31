import Glibc
import HobPolicy
import HobProtocol
import HobSupervisorCore
import HobSystem

// From what happened to what is done about it.
extension Supervisor {
    /// Tells the supervision what happened to an instance, and does what it says.
    func feed(_ event: InstanceEvent, _ slot: Int) {
        pending.append((slot, event))
        // Acting on one event may bring about the next; they queue here instead of nesting.
        guard !isDispatching else { return }
        drainPending()
    }

    /// Does what an order has led to.
    func perform(_ actions: [SupervisionAction]) {
        let isOutermost = !isDispatching
        isDispatching = true
        carryOut(actions)
        guard isOutermost else { return }
        isDispatching = false
        drainPending()
    }

    private func drainPending() {
        isDispatching = true
        var next = 0
        while next < pending.count {
            let (slot, event) = pending[next]
            next += 1
            carryOut(supervision.handle(event, slot: slot, at: Clock.now), concerning: slot)
        }
        pending.removeAll(keepingCapacity: true)
        reapEndedMains()
        tellNews()
        isDispatching = false
        let due = afterRecord
        afterRecord.removeAll()
        for body in due { body() }
        if isShuttingDown { endIfDone() }
    }

    /// Writes down what was decided, then does it.
    private func carryOut(_ actions: [SupervisionAction], concerning slot: Int? = nil) {
        let batch = record()
        var touched: Set<Int> = []
        if let slot { touched.insert(slot) }
        for action in actions { act(action, &touched) }
        for slot in touched {
            adjustTimer(slot)
            journal.births.setPerformed(batch, slot: slot)
        }
    }

    /// Writes down what has changed; a next life knows it from here on.
    ///
    /// - Returns: the number of the batch.
    @discardableResult
    func record() -> UInt64 {
        journal.commit(
            supervision.takeChanges(), environment: supervision.environment, processNumber: processNumber)
    }

    /// The kernel's number of an instance's main process, or 0.
    func processNumber(_ slot: Int) -> UInt64 {
        runtimes.indices.contains(slot) ? runtimes[slot]?.processNumber ?? 0 : 0
    }

    /// Does something once the event at hand is written down: at once, unless one is being carried out.
    func whenRecorded(_ body: @escaping () -> Void) {
        if isDispatching { afterRecord.append(body) } else { body() }
    }

    /// Tells the states that instances have come to; one that lasted no time at all is no news.
    private func tellNews() {
        let states = changed
        changed.removeAll(keepingCapacity: true)
        for slot in changeOrder { if let state = states[slot] { announce(slot, state) } }
        changeOrder.removeAll(keepingCapacity: true)
        // Orders end after the news of what ended them.
        let ended = over
        over.removeAll()
        for (operation, outcomes) in ended { finished(operation, outcomes) }
    }

    private func act(_ action: SupervisionAction, _ touched: inout Set<Int>) {
        switch action {
        case .act(let slot, let action):
            touched.insert(slot)
            act(action, slot)
        case .changed(let slot, let state):
            touched.insert(slot)
            if changed.updateValue(state, forKey: slot) == nil { changeOrder.append(slot) }
        case .added(let slot):
            touched.insert(slot)
            addRuntime(slot)
        case .removed(let slot):
            // Its last news, while its name is known.
            if let state = changed.removeValue(forKey: slot) { announce(slot, state) }
            removeRuntime(slot)
        case .redefined(let slot):
            guard runtimes[slot] != nil, let record = supervision.instances[slot] else { return }
            logs.update(slot: slot, definition: record.machine.definition.value.log)
        case .finished(let operation, let outcomes): over.append((operation, outcomes))
        case .store: save()
        }
    }

    private func act(_ action: InstanceAction, _ slot: Int) {
        switch action {
        case .runHook(let kind, let outcome): runHook(kind, outcome, slot)
        case .killHook(let kind): runtimes[slot]?.hooks[kind]?.kill()
        case .spawn(let generation):
            if isResuming { resumeSpawn(slot, generation) } else { spawn(slot, generation) }
        case .killSpawn: runtimes[slot]?.ticket?.kill()
        case .watchReadiness: watchReadiness(slot)
        case .unwatchReadiness: unwatchReadiness(slot)
        case .signal(let number):
            signalMain(slot, SignalNumber(rawValue: number))
            // A stopped process hears nothing but SIGKILL until it goes on.
            if let process = runtimes[slot]?.process, ProcessFacts.of(pid: process.pid)?.isStopped == true {
                _ = try? process.signal(.continue)
            }
        case .signalTree(let number): signalTree(slot, SignalNumber(rawValue: number))
        case .killTree: killTree(slot)
        case .report(let report): announce(slot, report)
        }
    }

    /// Keeps one timer per instance at its machine's deadline.
    func adjustTimer(_ slot: Int) {
        guard runtimes.indices.contains(slot), let runtime = runtimes[slot] else { return }
        let deadline = supervision.instances[slot]?.machine.deadline
        guard deadline != runtime.deadline else { return }
        runtime.deadline = deadline
        if let timer = runtime.timer { loop.cancel(timer) }
        runtime.timer = deadline.map { deadline in
            loop.schedule(at: MonotonicTime(nanoseconds: deadline.nanoseconds)) { [unowned self] in
                runtimes[slot]?.timer = nil
                runtimes[slot]?.deadline = nil
                feed(.deadlinePassed, slot)
            }
        }
    }

    func addRuntime(_ slot: Int) {
        guard let record = supervision.instances[slot] else { return }
        let name = record.identity.name
        while runtimes.count <= slot { runtimes.append(nil) }
        runtimes[slot] = InstanceRuntime(name: name)
        do throws(SystemError) {
            try prepareOutput(slot)
        } catch {
            // Each start tries again.
            warn(slot, "no log FIFO for \(name): \(error.message)")
        }
    }

    private func removeRuntime(_ slot: Int) {
        guard let runtime = runtimes[slot] else { return }
        if let timer = runtime.timer { loop.cancel(timer) }
        runtime.notify?.close()
        for role in [HeldKey.Role.fifo, .notify, .readiness] { drop(HeldKey(role, slot: UInt32(slot))) }
        for stored in runtime.stored { drop(HeldKey(.stored, slot: UInt32(slot), index: stored.index)) }
        logs.remove(slot: slot)
        // The reader has its own description; the name goes, unless an instance of the same name is there already.
        if !runtimes.contains(where: { $0 !== runtime && $0?.name == runtime.name }) { try? runtime.fifo?.remove() }
        runtimes[slot] = nil
    }

    // MARK: Telling the world

    /// Numbers an event, keeps it, and sends it to those who follow.
    func announce(
        _ kind: EventRecord.Kind, slot: Int? = nil, state: ActualState? = nil, pid: Int32? = nil, message: String? = nil
    ) {
        let name = slot.flatMap { slot in
            supervision.instances[slot]?.identity.name
                ?? (runtimes.indices.contains(slot) ? runtimes[slot]?.name : nil)
        }
        // First the number: a next life must not give it to another event.
        journal.head.lastEvent = history.last + 1
        let event = history.append { sequence in
            EventRecord(
                sequence: sequence, time: Clock.wallMilliseconds, kind: kind, instance: name, state: state, pid: pid,
                message: message)
        }
        server?.publish(event)
        guard let slot else { return }
        for order in waiting.values where order.slots.contains(slot) { order.connection?.sendProgress(event, order) }
    }

    /// Something an operator should know.
    func warn(_ slot: Int?, _ message: String) {
        DaemonLog.write(message)
        announce(.warning, slot: slot, message: message)
    }

    private func announce(_ slot: Int, _ state: ActualState) {
        let status = supervision.status(of: slot, at: Clock.now, wallClock: 0)
        announce(.state, slot: slot, state: state, pid: status?.pid, message: status?.reason)
    }

    private func announce(_ slot: Int, _ report: InstanceReport) {
        switch report {
        case .exited(let outcome):
            announce(
                .exited, slot: slot, pid: supervision.instances[slot]?.lastExit?.pid, message: outcome.description)
        case .startFailed(let reason, _): announce(.warning, slot: slot, message: "start failed: \(reason)")
        case .stopRefused(let reason): announce(.warning, slot: slot, message: "stop refused: \(reason)")
        case .unkillable(let reason): warn(slot, reason)
        case .reloaded(let complaint): announce(.hook, slot: slot, message: complaint ?? "reloaded")
        case .gone(_, let complaint):
            // Who stops a service, stops it with all it has kept; a restart is no stop.
            if supervision.instances[slot]?.wanted == .down { forgetStored(nil, slot) }
            if let complaint { announce(.warning, slot: slot, message: complaint) }
        case .cameUp, .completed: break
        }
    }

    // MARK: What survives a boot

    func save() {
        // The end of the supervisor is not a wish that its services stay down: the next one starts them again.
        guard !keepsWanted else { return }
        let wanted = JSONWriter.line(of: WantedRecord(of: supervision).json)
        storeTicket = store.save(StateStore.Snapshot(applied: appliedLines, wanted: wanted))
        appliedLines = nil
    }

    func stored(_ ticket: UInt64, _ error: SystemError?) {
        storedTicket = max(storedTicket, ticket)
        if let error {
            if storeFailure?.error != error { warn(nil, "the state is not stored: \(error.message)") }
            if storeFailure == nil { retryStoring() }
            storeFailure = (max(ticket, storeFailure?.ticket ?? 0), error)
        } else if storeFailure != nil {
            storeFailure = nil
            warn(nil, "the state is stored again")
        }
        let ready = unstored.filter { $0.ticket <= ticket }
        unstored.removeAll { $0.ticket <= ticket }
        if unstored.isEmpty, let timer = storeDeadline {
            loop.cancel(timer)
            storeDeadline = nil
        }
        for answer in ready { answer.send(error) }
        if isShuttingDown { endIfDone() }
    }

    /// As long as the disk does not take what was decided, it is offered again.
    private func retryStoring() {
        _ = loop.schedule(after: .milliseconds(500)) { [unowned self] in
            guard storeFailure != nil, !isShuttingDown else { return }
            save()
            retryStoring()
        }
    }

    /// How long an answer waits for the disk.
    private static let storePatience: Duration = .seconds(5)

    /// A disk that neither takes it nor refuses: whoever asked is told, and the store goes on waiting.
    private func overdue() {
        storeDeadline = nil
        let late = unstored
        unstored = []
        let error = SystemError(code: ETIMEDOUT, message: "the disk of the state directory does not answer")
        for answer in late { answer.send(error) }
        if isShuttingDown { endIfDone() }
    }

    /// Runs the body when all that was decided so far is on the disk, or with the reason why what came after the
    /// ticket is not.
    func whenStored(since ticket: UInt64, _ body: @escaping (SystemError?) -> Void) {
        if storedTicket >= storeTicket {
            let isConcerned = storeFailure.map { $0.ticket > ticket } ?? false
            body(isConcerned ? storeFailure?.error : nil)
        } else {
            let ticket = storeTicket
            unstored.append((ticket, body))
            if storeDeadline == nil {
                storeDeadline = loop.schedule(after: Self.storePatience) { [unowned self] in overdue() }
            }
        }
    }
}
