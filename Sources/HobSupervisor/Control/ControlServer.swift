import Glibc
import HobProtocol
import HobSystem

/// The control socket: accepts connections, and passes events to those who follow.
final class ControlServer {
    /// The socket's name in the runtime directory.
    static let name = "control.sock"
    /// More connections than any person or script opens at once; the next one waits in the backlog.
    private let mostConnections = DescriptorBudget.forClients

    private var directory: Descriptor
    private var listener: UnixListener
    private let loop: EventLoop
    private unowned let supervisor: Supervisor
    private var watch: Watch?
    private var isPaused = false
    /// Whether the last attempt to accept has failed, which is told once.
    private var isInTrouble = false
    private var connections: [ObjectIdentifier: ControlConnection] = [:]

    /// Binds the socket, or takes over the one that an earlier life has bound.
    init(
        in directory: Descriptor, adopting socket: Descriptor?, on loop: EventLoop, supervisor: Supervisor
    ) throws(SystemError) {
        self.directory = directory
        self.loop = loop
        self.supervisor = supervisor
        if let socket {
            listener = UnixListener(adopting: socket)
        } else {
            listener = try UnixListener(in: directory, name: Self.name)
        }
        watch = try loop.watch(listener.descriptor.raw, events: .read) { [unowned self] _ in accept() }
    }

    /// The listening socket.
    var descriptor: Descriptor { listener.descriptor }

    /// Whether what runs is tied to the life of a client that is there.
    var hasAttached: Bool { connections.values.contains { $0.isAttached } }

    /// Listens at the socket's name in another directory; who is connected stays so.
    func listen(in directory: Descriptor) throws(SystemError) {
        let next = try UnixListener(in: directory, name: Self.name)
        let nextWatch = try loop.watch(next.descriptor.raw, events: .read) { [unowned self] _ in accept() }
        if let watch { loop.cancel(watch) }
        (self.directory, listener, watch) = (directory, next, nextWatch)
        isPaused = false
    }

    private func accept() {
        while true {
            let idle = connections.count < mostConnections ? nil : idleConnection
            guard connections.count < mostConnections || idle != nil else { break }
            let connection: UnixListener.Connection
            do throws(SystemError) {
                guard let next = try listener.accept() else { return }
                connection = next
            } catch {
                if !isInTrouble { DaemonLog.write("cannot accept on the control socket: \(error.message)") }
                isInTrouble = true
                break
            }
            isInTrouble = false
            // Who holds a connection for nothing makes way for who wants something.
            idle?.close()
            open(connection)
        }
        pause()
    }

    /// The connection that nobody has used for longest, of those that nothing is owed to.
    private var idleConnection: ControlConnection? {
        connections.values.filter { connection in
            connection.isIdle && !supervisor.isAwaited(connection)
        }.min { $0.lastHeard < $1.lastHeard }
    }

    /// Out of descriptors or places: the backlog keeps callers until a connection closes, or for a moment.
    private func pause() {
        guard !isPaused, let watch else { return }
        isPaused = true
        try? loop.modify(watch, events: [])
        loop.schedule(after: .milliseconds(200)) { [weak self] in self?.resume() }
    }

    private func resume() {
        guard isPaused, let watch else { return }
        isPaused = false
        try? loop.modify(watch, events: .read)
    }

    private func open(_ accepted: UnixListener.Connection) {
        let connection = ControlConnection(accepted.descriptor, peer: accepted.peer, on: loop, supervisor: supervisor)
        connection.onClose = { [weak self, weak connection] in
            guard let self, let connection else { return }
            connections[ObjectIdentifier(connection)] = nil
            supervisor.closed(connection)
            resume()
        }
        connections[ObjectIdentifier(connection)] = connection
        connection.begin()
    }

    /// Sends an event to everybody who follows.
    func publish(_ event: EventRecord) {
        for connection in connections.values { connection.follow(event) }
    }

    /// Whether nobody waits for bytes of ours.
    var isFlushed: Bool { connections.values.allSatisfy(\.isFlushed) }

    /// Ends all connections and removes the socket.
    func close() {
        if let watch { loop.cancel(watch) }
        watch = nil
        for connection in connections.values { connection.close() }
        _ = try? directory.remove(Self.name)
    }
}
