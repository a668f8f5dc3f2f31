import HobPolicy
import HobProtocol
import HobSupervisorCore
import HobSystem

// Looking for the evidence that a service may be used.
extension Supervisor {
    func watchReadiness(_ slot: Int) {
        guard let runtime = runtimes[slot], let record = supervision.instances[slot] else { return }
        let definition = record.machine.definition.value
        let identity = record.identity
        do {
            switch definition.readiness.kind {
            case .settle: break
            case .notify: runtime.readiness = .notify
            case .descriptor: if isResuming { takeOverReadiness(slot) }  // Else watched since before the process was.
            case .tcp(let endpoints):
                try startProbe(.tcp(addresses(endpoints, identity)), slot)
            case .unix(let path):
                try startProbe(.unix(Self.place(path.resolved(for: identity), definition, identity)), slot)
            case .http(let endpoints, let host, let path, let statuses):
                try startProbe(
                    .http(
                        addresses(endpoints, identity), host: host.resolved(for: identity),
                        path: path.resolved(for: identity), statuses: statuses), slot)
            case .exec(let command, let limit):
                runtime.readiness = .exec(nil)
                if isResuming, let pid = journal.births.settle(.probe, slot: slot) {
                    _ = try? born(pid, slot, record.machine.generation)?.signal(.kill)
                }
                runProbeCommand(command, limit: limit, after: .milliseconds(20), slot)
            case .log(let pattern):
                // Watched since before the process existed, unless that did not work.
                if case .log? = runtime.readiness { break }
                try watchLog(pattern, slot)
            }
        } catch {
            // The definition was checked when it was applied; what fails here is the machine.
            warn(slot, "cannot look for readiness: \(error)")
        }
    }

    /// Looks for a line from here on; begun before the process exists, since it may write the line at once.
    func watchLog(_ pattern: String, _ slot: Int) throws(SystemError) {
        guard let runtime = runtimes[slot], let record = supervision.instances[slot] else { return }
        let expression = try LogPattern(pattern)
        runtime.readiness = .log
        // What an earlier life has read since the start began counts, too.
        let age = (Clock.now - record.since).wholeNanoseconds / 1_000_000
        logs.watch(
            slot: slot, pattern: expression, token: record.machine.generation,
            since: isResuming ? Clock.wallMilliseconds - age : nil)
    }

    /// A relative path is meant as the service sees it, from its own directory and root.
    private static func place(
        _ path: String, _ definition: ServiceDefinition, _ identity: InstanceIdentity
    ) -> String {
        guard !path.hasPrefix("/") else { return path }
        return "\(definition.process.root ?? "")\(definition.directory.resolved(for: identity))/\(path)"
    }

    func unwatchReadiness(_ slot: Int) {
        guard let runtime = runtimes[slot], let readiness = runtime.readiness else { return }
        runtime.readiness = nil
        switch readiness {
        case .prober(let id):
            probes[id] = nil
            prober.cancel(id: id)
        case .log: logs.unwatch(slot: slot)
        case .descriptor(let descriptor, let watch):
            loop.cancel(watch)
            descriptor.close()
            drop(HeldKey(.readiness, slot: UInt32(slot)))
        case .exec(let timer):
            if let timer { loop.cancel(timer) }
            runtime.probe?.kill()
            runtime.probe = nil
        case .notify: break
        }
    }

    /// The evidence is there; it counts only for a process that still lives.
    private func evidence(_ slot: Int) {
        if waitsForSpawn(slot, { [unowned self] in evidence(slot) }) { return }
        guard let process = runtimes[slot]?.process, !process.hasExited else { return }
        feed(.becameReady, slot)
    }

    /// Keeps what is heard of a process that the spawner has not told of yet, for the moment when it has.
    private func waitsForSpawn(_ slot: Int, _ body: @escaping () -> Void) -> Bool {
        guard let runtime = runtimes[slot], runtime.ticket != nil, runtime.process == nil else { return false }
        // More than a process has to say before it exists is no evidence of anything.
        if runtime.early.count < 64 { runtime.early.append(body) }
        return true
    }

    private func addresses(
        _ endpoints: [ReadinessDefinition.Endpoint], _ identity: InstanceIdentity
    ) throws(SystemError) -> [SocketAddress] {
        var addresses: [SocketAddress] = []
        for endpoint in endpoints {
            let host = endpoint.address.contains(":") ? "[\(endpoint.address)]" : endpoint.address
            addresses.append(try SocketAddress(parsing: "\(host):\(endpoint.port.resolved(for: identity))"))
        }
        return addresses
    }

    private func startProbe(_ target: ProbeTarget, _ slot: Int) throws(SystemError) {
        let id = nextProbe
        nextProbe += 1
        probes[id] = (slot, supervision.instances[slot]?.machine.generation ?? 0)
        runtimes[slot]?.readiness = .prober(id)
        // No deadline of its own: the machine has one, and calls the probe off.
        prober.start(id: id, target: target, deadline: nil)
    }

    func receive(_ event: ProbeEvent) {
        switch event {
        case .succeeded(let id):
            guard let probe = probes.removeValue(forKey: id),
                supervision.instances[probe.slot]?.machine.generation == probe.generation
            else { return }
            evidence(probe.slot)
        case .expired, .failedAttempt: break
        }
    }

    func receive(_ event: LogEvent) {
        switch event {
        case .matched(let slot, let token):
            guard supervision.instances[slot]?.machine.generation == token else { return }
            evidence(slot)
        case .drained(_, let token): drained(token)
        case .trouble(let slot, let error):
            if let slot {
                runtimes[slot]?.logTrouble = error.message
                giveUpFlushes(of: slot)
            }
            warn(slot, "logging is in trouble: \(error.message)")
        case .recovered(let slot):
            if let slot { runtimes[slot]?.logTrouble = nil }
            warn(slot, "logging works again")
        case .complaint(let slot, let error): warn(slot, error.message)
        case .dropping(let slot): warn(slot, "its output is being dropped, as log.full says")
        case .dropped(let slot, let bytes, let lines):
            warn(slot, "\(bytes) bytes (\(lines) lines) of its output were dropped")
        case .rotated, .reopened, .cooledDown: break
        }
    }

    // MARK: A command that asks

    private func runProbeCommand(_ command: CommandLine, limit: Duration, after pause: Duration, _ slot: Int) {
        guard let runtime = runtimes[slot], let record = supervision.instances[slot] else { return }
        let plan = LaunchPlan(
            definition: record.machine.definition.value, identity: record.identity, base: supervision.environment,
            original: original, tag: tag(of: slot))
        let timer = loop.schedule(after: limit) { [unowned self] in
            runtimes[slot]?.probe?.kill()
            repeatProbeCommand(command, limit: limit, after: pause, slot)
        }
        runtime.readiness = .exec(timer)
        var request = plan.helper(command)
        request.birth = journal.births.announce(.probe, slot: slot, ticket: journal.head.takeTicket())
        runtime.isKnownEmpty = false
        runtime.probe = HelperProcess(
            request, keeping: [], on: loop, through: spawner, inbox: helpers
        ) { [unowned self] result in
            loop.cancel(timer)
            runtimes[slot]?.probe = nil
            switch result {
            case .succeeded: evidence(slot)
            case .failed: repeatProbeCommand(command, limit: limit, after: pause, slot)
            }
        }
    }

    private func repeatProbeCommand(_ command: CommandLine, limit: Duration, after pause: Duration, _ slot: Int) {
        guard let runtime = runtimes[slot], case .exec? = runtime.readiness else { return }
        let next = min(pause * 2, .milliseconds(300))
        let timer = loop.schedule(after: pause) { [unowned self] in
            guard case .exec? = runtimes[slot]?.readiness else { return }
            runProbeCommand(command, limit: limit, after: next, slot)
        }
        runtime.readiness = .exec(timer)
    }

    // MARK: A line on a descriptor

    func watchReadinessDescriptor(_ descriptor: Descriptor, _ slot: Int) {
        do throws(SystemError) {
            let watch = try loop.watch(descriptor.raw, events: .read) { [unowned self] _ in
                readReadinessDescriptor(descriptor, slot)
            }
            runtimes[slot]?.readiness = .descriptor(descriptor, watch)
            hold(HeldKey(.readiness, slot: UInt32(slot)), descriptor)
        } catch {
            warn(slot, "cannot watch for the readiness line: \(error.message)")
        }
    }

    private func readReadinessDescriptor(_ descriptor: Descriptor, _ slot: Int) {
        var isReady = false
        var isClosed = false
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            let count: Int
            do throws(SystemError) {
                guard let read = try descriptor.read(into: buffer) else { return }
                count = read
            } catch {
                count = 0
            }
            isClosed = count == 0
            isReady = buffer.prefix(count).contains(0x0A)
        }
        if isReady {
            evidence(slot)
        } else if isClosed, case .descriptor(_, let watch)? = runtimes[slot]?.readiness {
            loop.cancel(watch)
            descriptor.close()
            drop(HeldKey(.readiness, slot: UInt32(slot)))
            runtimes[slot]?.readiness = nil
        }
    }

    // MARK: What the service says of itself

    func openNotifySocket(
        _ slot: Int, _ definition: ServiceDefinition, adopting socket: Descriptor? = nil
    ) throws(SystemError) -> String {
        guard let runtime = runtimes[slot] else { return "" }
        if let notify = runtime.notify { return notify.path }
        let owner = definition.process.user.map { (user: $0, group: definition.process.group ?? $0) }
        let notify = try NotifySocket(
            named: String(slot), in: notifies, at: runtimeNotifyPath, owner: owner, adopting: socket, on: loop
        ) { [unowned self] message, descriptors, sender in
            receive(message, descriptors, from: sender, slot)
        }
        runtime.notify = notify
        hold(HeldKey(.notify, slot: UInt32(slot)), notify.descriptor)
        return notify.path
    }

    private var runtimeNotifyPath: String { runtime.path + "/notify" }

    func receive(_ message: NotifyMessage, _ descriptors: [Descriptor], from sender: Int32, _ slot: Int) {
        guard let runtime = runtimes[slot] else { return }
        // The socket's directory can be entered by all; who speaks must bear the instance's mark, or be gone already.
        if let tag = ProcessTree.tag(of: sender), !ProcessTag.marks(tag, scope: scope, slot: slot) {
            warn(slot, "a message from pid \(sender), which is no process of this instance, is ignored")
            return
        }
        if waitsForSpawn(slot, { [unowned self] in receive(message, descriptors, from: sender, slot) }) { return }
        if message.removesDescriptors { forgetStored(message.descriptorName, slot) }
        if message.storesDescriptors { store(descriptors, named: message.descriptorName, slot) }
        if let pid = message.mainPID { adoptMain(pid, slot) }
        if let status = message.status {
            runtime.statusText = status
            announce(.state, slot: slot, state: supervision.instances[slot]?.machine.state, message: status)
        }
        if message.isReloading { runtime.statusText = message.status ?? "reloading" }
        if message.isStopping { runtime.statusText = message.status ?? "stopping by itself" }
        if let extra = message.timeoutExtension { feed(.timeoutExtended(extra), slot) }
        if message.feedsWatchdog { feed(.watchdogFed, slot) }
        if message.isReady {
            if runtime.statusText == "reloading" { runtime.statusText = nil }
            if case .notify? = runtime.readiness { evidence(slot) }
        }
    }

    // MARK: The port must be free

    /// A declared loopback port that somebody listens on; nil when all is clear.
    func busyPort(_ definition: ServiceDefinition, _ identity: InstanceIdentity) throws(SystemError) -> UInt16? {
        let endpoints: [ReadinessDefinition.Endpoint]
        switch definition.readiness.kind {
        case .tcp(let list): endpoints = list
        case .http(let list, _, _, _): endpoints = list
        case .settle, .unix, .exec, .log, .notify, .descriptor: return nil
        }
        for address in try addresses(endpoints, identity) where address.host.hasPrefix("127.") || address.host == "::1"
        {
            let isFree: Bool
            do throws(SystemError) {
                isFree = try TCPSocket.isPortFree(address)
            } catch {
                // No right to bind there, or no such family: then a listener of ours could not be told from another's.
                continue
            }
            if !isFree { return address.port }
        }
        return nil
    }

    func lookForHolder(of port: UInt16, _ slot: Int, _ generation: UInt64) {
        let inbox = inbox
        prober.findHolder(port: port) { holder in
            inbox.post(.portHolder(slot: slot, generation: generation, port: port, holder))
        }
    }

    func foundHolder(_ slot: Int, _ generation: UInt64, _ port: UInt16, _ holder: PortHolder?) {
        guard let record = supervision.instances[slot], record.machine.generation == generation,
            case .spawning = record.machine.phase
        else { return }
        if let holder, isSibling(holder.pid, of: record.identity.service) {
            // Instances of one service may share a port on purpose (SO_REUSEPORT).
            runtimes[slot]?.isPortExcused = true
            spawn(slot, generation)
            return
        }
        let who = holder.map { "held by pid \($0.pid) (\($0.name))" } ?? "in use"
        feed(.spawnFailed("port \(port) is \(who)", isTransient: true), slot)
    }

    private func isSibling(_ pid: Int32, of service: String) -> Bool {
        guard let tag = ProcessTree.tag(of: pid) else { return false }
        return (supervision.services[service]?.slots ?? []).contains { ProcessTag.marks(tag, scope: scope, slot: $0) }
    }
}
