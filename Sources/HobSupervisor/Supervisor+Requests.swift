import Glibc
import HobPolicy
import HobProtocol
import HobSupervisorCore
import HobSystem

// What clients ask for.
extension Supervisor {
    func handle(_ request: Request, from connection: ControlConnection) {
        do throws(Failure) {
            try checkSafeMode(request)
            if recall(request, connection) { return }
            switch request.verb {
            case .start: order(.start(try slots(request)), request, connection)
            case .stop: order(.stop(try slots(request), force: request.force), request, connection)
            case .restart:
                order(
                    .restart(try slots(request), rolling: request.rolling, force: request.force), request, connection)
            case .reload: order(.reload(try slots(request)), request, connection)
            case .scale: order(.scale(try checkedScales(request)), request, connection)
            case .signal: try signal(request, connection)
            case .status: try status(request, connection)
            case .flush: try flush(request, connection)
            case .down: down(request, connection)
            case .attach:
                connection.isAttached = !request.force
                connection.reply(request.id, .done(outcomes: [], changes: [], revision: supervision.revision))
            case .resume:
                endSafeMode()
                connection.reply(request.id, .done(outcomes: [], changes: [], revision: supervision.revision))
            case .upgrade: try upgrade(request, connection)
            case .apply, .plan, .events: break  // Handled where their lines come in.
            }
        } catch {
            connection.reply(request.id, .failed(error))
        }
    }

    private func slots(_ request: Request) throws(Failure) -> [Int] {
        try supervision.resolve(request.targets) { expression, name throws(Failure) in
            do throws(SystemError) {
                return try RegularExpression(expression).matches(name)
            } catch {
                throw Failure(.badRequest, error.message)
            }
        }
    }

    private func checkedScales(_ request: Request) throws(Failure) -> [Request.Scale] {
        try checkDescriptors(scaledBy: request.scales)
        for scale in request.scales {
            guard supervision.services[scale.service]?.isRetiring == false else {
                _ = try supervision.resolve([scale.service]) { _, _ throws(Failure) in false }
                throw Failure(.unknownTarget, "'\(scale.service)' is no service: scale takes services")
            }
            guard (0...10_000).contains(scale.instances) else {
                throw Failure(
                    .badRequest, "\(scale.service)=\(scale.instances): from 0 to 10000 instances are possible")
            }
        }
        let instances = request.scales.reduce(0) { $0 + $1.instances }
        try reserve(instances: instances, services: 0, bytes: 0)
        return request.scales
    }

    /// Carries out an order and arranges for its answer.
    private func order(_ order: Order, _ request: Request, _ connection: ControlConnection) {
        guard !isShuttingDown else {
            connection.reply(request.id, .failed(Failure(.shuttingDown, "the supervisor is stopping everything")))
            return
        }
        let id = number(of: request)
        let actions = supervision.handle(order, operation: id, at: Clock.now)
        wait(for: id, request, connection, actions)
    }

    func apply(_ set: AppliedSet, _ bytes: [UInt8], _ request: Request, from connection: ControlConnection) {
        do throws(Failure) {
            try checkDescriptors(for: set)
            if request.verb == .plan {
                let changes = try supervision.changes(to: set)
                connection.reply(request.id, .done(outcomes: [], changes: changes, revision: supervision.revision))
                return
            }
            guard !isShuttingDown else { throw Failure(.shuttingDown, "the supervisor is stopping everything") }
            try checkSafeMode(request)
            if recall(request, connection) { return }
            let id = number(of: request)
            let instances = set.services.reduce(0) { $0 + $1.instances }
            try reserve(instances: instances, services: set.services.count, bytes: bytes.count)
            journal.expect(set, bytes)
            let wanted = request.up ? try Self.services(request.targets, in: set) : nil
            let (changes, actions) = try supervision.apply(set, bringUp: wanted, operation: id, at: Clock.now)
            appliedLines = Self.stored(set, bytes, environment: supervision.environment)
            if changes.contains(where: { $0.kind != .unchanged }) {
                announce(.applied, message: "revision \(supervision.revision)")
            }
            wait(for: id, request, connection, actions, changes: changes.filter { $0.kind != .unchanged })
        } catch {
            connection.reply(request.id, .failed(error))
        }
    }

    /// The lines to store: as they came, under the environment that was captured first.
    private static func stored(_ set: AppliedSet, _ bytes: [UInt8], environment: [String]) -> [UInt8] {
        guard set.environment != environment, let end = bytes.firstIndex(of: 0x0A) else { return bytes }
        let first = AppliedSet(environment: environment).lines[0]
        return JSONWriter.line(of: first) + bytes[(end + 1)...]
    }

    /// Makes room for what an order may bring, in addition to what is there.
    private func reserve(instances: Int, services: Int, bytes: Int) throws(Failure) {
        do throws(SystemError) {
            journal.compact(supervision)
            // Each definition has its number before it.
            try journal.reserve(
                instances: supervision.instances.count + instances, services: supervision.services.count + services,
                bytes: bytes + 24 * (services + 1))
        } catch {
            throw Failure(.system, "the runtime directory \(runtime.path) has no room: \(error.message)")
        }
    }

    private static func services(_ targets: [String], in set: AppliedSet) throws(Failure) -> [String] {
        guard !targets.isEmpty else { return set.services.map(\.name) }
        var names: [String] = []
        for target in targets {
            let found = set.services.filter { service in
                service.name == target || service.groups.contains(target) || Glob.matches(target, service.name)
            }
            guard !found.isEmpty else {
                let names = set.services.flatMap { [$0.name] + $0.groups }
                let hint = Spelling.didYouMean(target, among: names).map { ": \($0)" } ?? ""
                throw Failure(.unknownTarget, "there is no service or group '\(target)'\(hint)")
            }
            names += found.map(\.name).filter { !names.contains($0) }
        }
        return names
    }

    private func wait(
        for id: UInt64, _ request: Request, _ connection: ControlConnection, _ actions: [SupervisionAction],
        changes: [Change] = []
    ) {
        let order = WaitingOrder(request, connection, after: storeTicket)
        order.slots = Set(supervision.openSlots(of: id))
        order.changes = changes
        waiting[id] = order
        if let limit = request.wait, limit > 0 {
            order.timer = loop.schedule(after: .milliseconds(limit)) { [unowned self] in
                perform(supervision.expire(operation: id, at: Clock.now))
            }
        }
        perform(actions)
        guard waiting[id] != nil, request.wait == nil else { return }
        // Nobody waits: what is decided already is told, the rest is accepted.
        let open = supervision.openSlots(of: id).compactMap { supervision.instances[$0]?.identity.name }
        waiting[id] = nil
        whenStored(since: order.ticket) { error in
            let outcomes = open.sorted().map { Outcome(instance: $0, kind: .accepted) }
            connection.reply(request.id, done: outcomes, changes: changes, revision: nil, unstored: error)
        }
    }

    /// An operation is over: its client is told, once the disk knows too.
    func finished(_ id: UInt64, _ outcomes: [Outcome]) {
        guard let order = waiting.removeValue(forKey: id) else { return }
        if let timer = order.timer { loop.cancel(timer) }
        let revision = supervision.revision
        let notes = order.endsSupervisor ? logNotes : []
        whenStored(since: order.ticket) { [weak connection = order.connection] error in
            connection?.reply(
                order.request.id, done: outcomes, changes: order.changes, revision: revision, unstored: error,
                notes: notes)
        }
        if order.endsSupervisor { shutDown() }
    }

    private func signal(_ request: Request, _ connection: ControlConnection) throws(Failure) {
        guard let number = request.signal, (1...SignalNames.highest).contains(number) else {
            throw Failure(.badRequest, "a signal from 1 to \(SignalNames.highest) is needed")
        }
        var outcomes: [Outcome] = []
        for slot in try slots(request) {
            guard let record = supervision.instances[slot] else { continue }
            let name = record.identity.name
            guard let pid = runtimes[slot]?.process?.pid else {
                outcomes.append(Outcome(instance: name, kind: .failed, message: "it has no process"))
                continue
            }
            signalMain(slot, SignalNumber(rawValue: number))
            outcomes.append(Outcome(instance: name, kind: .signaled, pid: pid))
        }
        connection.reply(request.id, .done(outcomes: outcomes, changes: [], revision: nil))
    }

    private func status(_ request: Request, _ connection: ControlConnection) throws(Failure) {
        let now = Clock.now
        let wall = Clock.wallMilliseconds
        let slots = try slots(request)
        connection.collect {
            for slot in slots {
                guard var status = supervision.status(of: slot, at: now, wallClock: wall) else { continue }
                status.statusText = runtimes[slot]?.statusText
                status.logTrouble = runtimes[slot]?.logTrouble
                if status.pid == nil, runtimes[slot]?.sweep != nil { status.leftovers = (try? living(slot)) ?? [] }
                connection.reply(request.id, .status(status))
            }
            connection.reply(request.id, .done(outcomes: [], changes: [], revision: supervision.revision))
        }
    }

    /// Events a client has not seen; those it cannot be told any more are counted.
    func replay(_ request: Request, to connection: ControlConnection) {
        if let since = request.since {
            let (missed, events) = history.events(after: since)
            if missed > 0, let first = events.first {
                let note = EventRecord(
                    sequence: first.sequence - 1, time: first.time, kind: .warning,
                    message: "\(missed) earlier events are no longer kept")
                connection.reply(request.id, .event(note))
            }
            for event in events { connection.reply(request.id, .event(event)) }
        } else if !request.follow {
            for event in history.events(after: 0).events { connection.reply(request.id, .event(event)) }
        }
        if !request.follow { connection.reply(request.id, .done(outcomes: [], changes: [], revision: nil)) }
    }

    /// Whether an answer for this client is still to come.
    func isAwaited(_ connection: ControlConnection) -> Bool {
        waiting.values.contains { $0.connection === connection }
            || flushes.values.contains { $0.connection === connection }
    }

    // MARK: Logs on disk

    private func flush(_ request: Request, _ connection: ControlConnection) throws(Failure) {
        let id = nextToken
        nextToken += 1
        var pending = PendingFlush(request: request, connection: connection, remaining: [], outcomes: [])
        for slot in try slots(request) {
            guard let runtime = runtimes[slot] else { continue }
            guard runtime.logTrouble == nil else {
                // What cannot be written now is not waited for: whoever asks wants to see what is there.
                pending.outcomes.append(Outcome(instance: runtime.name, kind: .failed, message: runtime.logTrouble))
                continue
            }
            let token = nextToken
            nextToken += 1
            pending.remaining.insert(token)
            pending.outcomes.append(Outcome(instance: runtime.name, kind: .flushed))
            flushOfToken[token] = (id, slot)
            logs.drain(slot: slot, token: token)
        }
        guard !pending.remaining.isEmpty else {
            connection.reply(request.id, .done(outcomes: pending.outcomes, changes: [], revision: nil))
            return
        }
        flushes[id] = pending
    }

    func drained(_ token: UInt64) {
        guard let (id, _) = flushOfToken.removeValue(forKey: token) else { return }
        flushes[id]?.remaining.remove(token)
        guard let flush = flushes[id], flush.remaining.isEmpty else { return }
        flushes[id] = nil
        flush.connection?.reply(flush.request.id, .done(outcomes: flush.outcomes, changes: [], revision: nil))
    }

    /// The log of an instance cannot be written: nobody waits for it any longer.
    func giveUpFlushes(of slot: Int) {
        for (token, flush) in flushOfToken where flush.slot == slot { drained(token) }
    }

    // MARK: The end

    private func down(_ request: Request, _ connection: ControlConnection) {
        keepsWanted = true
        let id = number(of: request)
        supervision.beginShutdown()
        let all = supervision.instances.indices.filter { supervision.instances[$0] != nil }
        let actions = supervision.handle(.stop(all, force: true), operation: id, at: Clock.now)
        let order = WaitingOrder(request, connection, after: storeTicket)
        order.slots = Set(supervision.openSlots(of: id))
        order.endsSupervisor = true
        waiting[id] = order
        perform(actions)
        guard request.signal == SignalNumber.kill.rawValue else { return }
        DaemonLog.write("killing what is left")
        supervision.hurry(at: Clock.now)
        record()
        for slot in all { adjustTimer(slot) }
    }

    /// A client is gone; if everything was tied to its life, it ends too, unless the client comes back soon.
    func closed(_ connection: ControlConnection) {
        guard connection.isAttached, !isShuttingDown else { return }
        loop.schedule(after: .seconds(2)) { [unowned self] in
            guard server?.hasAttached != true else { return }
            DaemonLog.write("the `hob up` that this was tied to is gone")
            shutDown()
        }
    }
}
