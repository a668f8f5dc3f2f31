import HobPolicy
import HobSystem
import Logging

/// All of a link that lives on its thread: listeners, connections, and what other threads ask.
///
/// Used on that thread only; ``inbox`` is the way there.
final class LinkEngine {
    let loop: EventLoop
    let configuration: LinkConfiguration
    let runner: CallRunner
    let logger: Logger
    let hello: Frame.Hello
    private(set) var isEnded = false
    private var commands: Inbox<LinkCommand>?
    private let users: Set<UInt32>
    private var peers: [LinkAddress: PeerLink] = [:]
    private var listeners: [LinkListener] = []
    private var served: [UInt64: ServedLink] = [:]
    private var nextConnection: UInt64 = 0
    private var dirty: [LinkSocket] = []
    private var postponed: [() -> Void] = []
    /// Who waits for the end; not empty while it is coming.
    private var waiting: [CheckedContinuation<Int, Never>] = []
    private var isShuttingDown = false
    private var arePeersTold = false
    private var cutOff = 0

    init(_ configuration: LinkConfiguration, _ runner: CallRunner, _ logger: Logger) throws(SystemError) {
        self.configuration = configuration
        self.runner = runner
        self.logger = logger
        loop = try EventLoop()
        users = configuration.users.union([OwnProcess.user])
        hello = Frame.Hello(
            interface: configuration.interface, name: configuration.name, pid: UInt32(bitPattern: OwnProcess.number))
        commands = try loop.inbox { [weak self] in self?.handle($0) }
        loop.afterDispatch = { [weak self] in self?.finishTurn() }
    }

    var inbox: Inbox<LinkCommand> {
        guard let commands else { preconditionFailure("made at the end of init") }
        return commands
    }

    /// This moment, for the machines.
    var now: MonotonicInstant { MonotonicInstant(nanoseconds: MonotonicTime.now().nanoseconds) }

    /// Whether processes of this user are among those we talk to.
    func isAllowed(_ user: UInt32) -> Bool { users.contains(user) }

    // MARK: Commands

    private func handle(_ command: LinkCommand) {
        guard !isEnded else { return refuse(command) }
        switch command {
        case .call(let address, let id, let call, let deadline, let continuation):
            peer(at: address).call(id, call, deadline: deadline, continuation)
        case .cancel(let address, let id): peers[address]?.handle(.cancelled(id: id))
        case .listen(let address, let continuation): continuation.resume(returning: listen(on: address))
        case .finished(let connection, let id, let reply):
            served[connection]?.handle(.finished(id: id, reply))
            settle()
        case .shutDown(let limit, let continuation): shutDown(within: limit, continuation)
        case .stop: end()
        }
    }

    /// Answers a command that came too late.
    private func refuse(_ command: LinkCommand) {
        switch command {
        case .call(_, _, _, _, let continuation): continuation.resume(returning: .notSent(.shutDown, Self.isOver))
        case .listen(_, let continuation): continuation.resume(returning: .failure(LinkError(.shutDown, Self.isOver)))
        case .shutDown(_, let continuation): continuation.resume(returning: 0)
        case .cancel, .finished, .stop: break
        }
    }

    private static let isOver = "this link is shut down"

    private func peer(at address: LinkAddress) -> PeerLink {
        if let peer = peers[address] { return peer }
        let peer = PeerLink(address, engine: self)
        peers[address] = peer
        return peer
    }

    // MARK: Serving

    private func listen(on address: LinkAddress) -> Result<LinkAddress, LinkError> {
        guard !isShuttingDown else { return .failure(LinkError(.shutDown, Self.isOver)) }
        do throws(SystemError) {
            let mode = configuration.socketMode ?? (users.count > 1 ? 0o666 : 0o600)
            let socket = try LinkPlace.listen(on: address, mode: mode)
            let listener = try LinkListener(socket, on: loop) { [weak self] descriptor in
                self?.accept(descriptor, at: socket.address)
            } failed: { [logger] error in
                logger.error("no connection can be accepted at \(socket.address): \(error.message)")
            }
            listeners.append(listener)
            if !address.isLocal {
                logger.warning("\(socket.address) can be reached from other machines, and nothing is encrypted there")
            }
            return .success(socket.address)
        } catch {
            return .failure(LinkError(.notListening, "cannot listen on \(address): \(error.message)", cause: error))
        }
    }

    private func accept(_ descriptor: Descriptor, at address: LinkAddress) {
        nextConnection += 1
        var client = "a client of \(address)"
        var refusal: String?
        switch address.place {
        case .tcp: try? TCPSocket.setNoDelay(descriptor)
        case .unix:
            do throws(SystemError) {
                let peer = try PeerCredentials.of(descriptor)
                client = "process \(peer.pid) of user \(peer.user) at \(address)"
                if !isAllowed(peer.user) {
                    refusal =
                        "user \(peer.user) may not call \(configuration.name), which runs as user \(OwnProcess.user)"
                }
            } catch {
                refusal = "who calls could not be found out: \(error.message)"
            }
        }
        if served.count >= configuration.connections {
            refusal = "\(configuration.name) has \(served.count) connections, as many as it takes"
        }
        let link = ServedLink(descriptor, client, number: nextConnection, engine: self)
        if let refusal {
            logger.warning("\(client) is refused: \(refusal)")
            return link.refuse(refusal)
        }
        served[nextConnection] = link
        link.start()
    }

    /// Lets go of a connection that has ended, and of whose calls none runs.
    func forget(_ link: ServedLink) {
        served[link.number] = nil
        settle()
    }

    // MARK: Turns

    /// Runs the body after what is at work now, in this turn.
    func later(_ body: @escaping () -> Void) { postponed.append(body) }

    /// Writes what the socket has, once, at the end of this turn.
    func flushLater(_ socket: LinkSocket?) {
        if let socket { dirty.append(socket) }
    }

    private func finishTurn() {
        while !postponed.isEmpty || !dirty.isEmpty {
            let bodies = postponed
            postponed = []
            for body in bodies { body() }
            let sockets = dirty
            dirty = []
            for socket in sockets { socket.flush() }
        }
        settle()
    }

    // MARK: The end

    private func shutDown(within limit: Duration, _ continuation: CheckedContinuation<Int, Never>) {
        waiting.append(continuation)
        guard !isShuttingDown else { return }
        isShuttingDown = true
        for listener in listeners { listener.close() }
        listeners = []
        for link in Array(served.values) { link.handle(.drain) }
        loop.schedule(after: limit) { [weak self] in self?.cut() }
        settle()
    }

    /// The time for leave-taking is over.
    private func cut() {
        guard !isEnded else { return }
        cutOff = served.values.reduce(0) { $0 + $1.runningCount } + peers.values.reduce(0) { $0 + $1.callCount }
        if cutOff > 0 { logger.warning("\(cutOff) calls were not done in time and are cut off") }
        end()
    }

    private func end() {
        isShuttingDown = true
        for listener in listeners { listener.close() }
        listeners = []
        for link in Array(served.values) { link.handle(.end) }
        for peer in Array(peers.values) { peer.handle(.end) }
        // What still runs has been cancelled; nobody waits for it.
        served = [:]
        finish()
    }

    /// Ends the thread when nothing is left to wait for.
    func settle() {
        guard isShuttingDown, !isEnded else { return }
        // The functions that still run may call others; only then do the ways to those end.
        guard served.isEmpty else { return }
        if !arePeersTold {
            arePeersTold = true
            for peer in Array(peers.values) { peer.handle(.shutDown) }
        }
        if peers.values.allSatisfy(\.isEnded) { finish() }
    }

    private func finish() {
        guard !isEnded else { return }
        isEnded = true
        for socket in dirty { socket.flush() }
        loop.stop()
        for continuation in waiting { continuation.resume(returning: cutOff) }
        waiting = []
    }

    /// Lets go of everything that holds this.
    func release() {
        peers = [:]
        served = [:]
        listeners = []
        dirty = []
        postponed = []
    }
}
