import Glibc
import HobSystem

/// A TCP proxy on loopback that breaks connections at an exact byte, from a thread of its own.
///
///     let proxy = try FaultProxy(to: broker.address)
///     defer { proxy.end() }
///     proxy.script(.after(17, .toClient, .reset))         // for the next connection; those behind it pass
///     … connect to proxy.address …
///     proxy.inflict(.blackHole)                           // on all connections there are
///
/// A client that was cut cannot know that its bytes have not arrived; ``connections`` can say how many were passed on.
final class FaultProxy: Sendable {
    private enum Command {
        case script(FaultScript)
        case otherwise(FaultScript)
        case inflict(FaultScript.Fault, FaultScript.Direction, number: Int?)
        case server(SocketAddress)
        case refuse(Bool)
        case end
    }

    private struct Facts {
        var inbox: Inbox<Command>?
        var failure: SystemError?
        var connections: [ProxiedConnection] = []
        var isOver = false
    }

    /// Where clients connect to.
    let address: SocketAddress
    private let inbox: Inbox<Command>
    private let facts: Monitor<Facts>

    /// Listens on a free port of 127.0.0.1 and passes everything on to the server until told otherwise.
    init(to server: SocketAddress, script: FaultScript = FaultScript()) throws {
        let listener = try TCPSocket.listen(on: .loopback(port: 0))
        address = try SocketAddress.local(of: listener)
        let facts = Monitor(Facts())
        self.facts = facts
        try Thread.start(name: "fault-proxy") { Worker.run(listener, server, script, facts) }
        let inbox: Result<Inbox<Command>, SystemError> = facts.wait { facts in
            if let failure = facts.failure { return .failure(failure) }
            return facts.inbox.map { .success($0) }
        }
        self.inbox = try inbox.get()
    }

    deinit {
        inbox.post(.end)
    }

    // MARK: What is to go wrong

    /// What goes wrong on the next connection that has no script yet.
    func script(_ script: FaultScript) { inbox.post(.script(script)) }

    /// What goes wrong on connections for which no script is left; nothing at first.
    func otherwise(_ script: FaultScript) { inbox.post(.otherwise(script)) }

    /// Lets a fault happen now: on all connections, or on the one with this number.
    func inflict(_ fault: FaultScript.Fault, _ direction: FaultScript.Direction = .toClient, on number: Int? = nil) {
        inbox.post(.inflict(fault, direction, number: number))
    }

    /// Passes later connections on to another server.
    func redirect(to server: SocketAddress) { inbox.post(.server(server)) }

    /// Whether new connections get a reset at once.
    func refuse(_ on: Bool) { inbox.post(.refuse(on)) }

    /// Resets all connections, closes the port, and waits until the thread has nothing more to do.
    func end() {
        inbox.post(.end)
        _ = facts.wait(until: MonotonicTime.now() + .seconds(30)) { $0.isOver ? true : nil }
    }

    // MARK: What has happened

    /// All connections there were, in the order of their arrival; refused ones are not among them.
    var connections: [ProxiedConnection] { facts.withLock { $0.connections } }

    /// Waits until the connections are like this; what they were at the last look, when the time is up.
    func wait(
        within patience: Duration = .seconds(60), until isEnough: ([ProxiedConnection]) -> Bool
    ) -> (connections: [ProxiedConnection], isEnough: Bool) {
        let deadline = MonotonicTime.now() + patience
        let found = facts.wait(until: deadline) { isEnough($0.connections) ? $0.connections : nil }
        return found.map { ($0, true) } ?? (connections, false)
    }

    /// Waits until so many bytes of a connection have been passed on; false when the time was up first.
    func waitForBytes(
        _ count: Int, _ direction: FaultScript.Direction, of number: Int = 0, within patience: Duration = .seconds(60)
    ) -> Bool {
        wait(within: patience) { $0.count > number && $0[number].bytes(direction) >= count }.isEnough
    }

    /// Waits until this connection is over; false when the time was up first.
    func waitForEnd(of number: Int = 0, within patience: Duration = .seconds(60)) -> Bool {
        wait(within: patience) { $0.count > number && $0[number].isOver }.isEnough
    }

    // MARK: The thread

    /// What only the proxy's thread touches.
    private final class Worker {
        let loop: EventLoop
        let listener: Descriptor
        let facts: Monitor<Facts>
        var server: SocketAddress
        var scripts: [FaultScript]
        var otherwise = FaultScript()
        var isRefusing = false
        var pairs: [Int: FaultPair] = [:]
        var count = 0

        static func run(
            _ listener: Descriptor, _ server: SocketAddress, _ script: FaultScript, _ facts: Monitor<Facts>
        ) {
            do {
                let worker = try Worker(listener, server, script, facts)
                try worker.loop.run()
                worker.end()
            } catch {
                let failure = error as? SystemError ?? SystemError(code: 0, message: "\(error)")
                facts.withLock { $0.failure = failure }
            }
            facts.withLock { $0.isOver = true }
            facts.broadcast()
        }

        init(_ listener: Descriptor, _ server: SocketAddress, _ script: FaultScript, _ facts: Monitor<Facts>) throws {
            loop = try EventLoop()
            self.listener = listener
            self.facts = facts
            self.server = server
            scripts = script == FaultScript() ? [] : [script]
            try loop.watch(listener.raw, events: .read) { [weak self] _ in self?.accept() }
            let inbox = try loop.inbox(of: Command.self) { [weak self] in self?.obey($0) }
            facts.withLock { $0.inbox = inbox }
            facts.broadcast()
        }

        func obey(_ command: Command) {
            switch command {
            case .script(let script): scripts.append(script)
            case .otherwise(let script): otherwise = script
            case .inflict(let fault, let direction, let number):
                for (key, pair) in pairs.sorted(by: { $0.key < $1.key }) where number == nil || number == key {
                    pair.inflict(fault, direction)
                }
            case .server(let address): server = address
            case .refuse(let on): isRefusing = on
            case .end: loop.stop()
            }
        }

        func accept() {
            let raw = Glibc.accept(listener.raw, nil, nil)
            guard raw >= 0 else { return }
            let client = Descriptor(owning: raw)
            do {
                try client.setNonBlocking(true)
                try client.setCloseOnExec(true)
                guard !isRefusing else { return try Self.reset(client) }
                let script = scripts.isEmpty ? otherwise : scripts.removeFirst()
                let upstream = try TCPSocket.startConnecting(to: server)
                let number = count
                let pair = try FaultPair(number, client: client, server: upstream, script: script, on: loop) {
                    [weak self] in self?.note($0)
                }
                count += 1
                pairs[number] = pair
                note(ProxiedConnection(number: number))
            } catch {
                try? Self.reset(client)
            }
        }

        func note(_ connection: ProxiedConnection) {
            facts.withLock { facts in
                if connection.number < facts.connections.count {
                    facts.connections[connection.number] = connection
                } else {
                    facts.connections.append(connection)
                }
            }
            facts.broadcast()
            // Not while it is on its own stack.
            if connection.isOver { loop.schedule(after: .zero) { [weak self] in self?.pairs[connection.number] = nil } }
        }

        func end() {
            listener.close()
            for pair in pairs.values { pair.end() }
        }

        static func reset(_ socket: Descriptor) throws {
            var value = linger(l_onoff: 1, l_linger: 0)
            _ = setsockopt(socket.raw, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
            socket.close()
        }
    }
}
