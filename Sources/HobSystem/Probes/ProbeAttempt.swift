import Glibc

/// One attempt of a probe: connections to all its addresses side by side; the first that answers well decides.
///
/// It lives on its event loop's thread.
package final class ProbeAttempt {
    /// How an attempt has ended.
    package enum Outcome: Sendable, Hashable {
        /// The target answered as it should.
        case succeeded
        /// It did not; the text is the reason of the address that failed last.
        case failed(String)
    }

    private final class Connection {
        let address: SocketAddress
        let socket: Descriptor
        var watch: Watch?
        var unsent: ArraySlice<UInt8> = []
        var exchange = HTTPExchange()
        var isConnected = false

        init(_ address: SocketAddress, _ socket: Descriptor) {
            self.address = address
            self.socket = socket
        }
    }

    private let loop: EventLoop
    private let target: ProbeTarget
    private let userAgent: String
    private let finish: (Outcome) -> Void
    private var connections: [Connection] = []
    private var timer: TimerToken?
    private var failure = "no address to try"
    private var isOver = false

    /// Makes an attempt that has not begun; `userAgent` is the name that an HTTP server gets to see.
    package init(
        _ target: ProbeTarget, userAgent: String, on loop: EventLoop, finish: @escaping (Outcome) -> Void
    ) {
        self.loop = loop
        self.target = target
        self.userAgent = userAgent
        self.finish = finish
    }

    /// Begins; the outcome may come before this returns.
    package func start() {
        timer = loop.schedule(after: target.attemptLimit) { [weak self] in
            guard let self else { return }
            end(.failed(connections.contains { $0.isConnected } ? "no answer within the time limit" : "timed out"))
        }
        do throws(SystemError) {
            for address in try target.addresses {
                connect(to: address)
                if isOver { return }
            }
        } catch {
            failure = error.message
        }
        endIfAllFailed()
    }

    /// Forgets everything; no outcome comes any more.
    package func cancel() {
        isOver = true
        if let timer { loop.cancel(timer) }
        for connection in connections { close(connection) }
        connections.removeAll()
    }

    private func connect(to address: SocketAddress) {
        do throws(SystemError) {
            let connection = Connection(address, try TCPSocket.startConnecting(to: address))
            connections.append(connection)
            connection.watch = try loop.watch(connection.socket.raw, events: .write) {
                [weak self, unowned connection] _ in
                self?.advance(connection)
            }
        } catch {
            failure = Self.words(for: error.code)
        }
    }

    private func advance(_ connection: Connection) {
        if !connection.isConnected {
            if let error = TCPSocket.connectError(of: connection.socket, to: connection.address) {
                fail(connection, Self.words(for: error.code))
                return
            }
            if Self.isConnectedToItself(connection.socket, connection.address) {
                fail(connection, Self.words(for: ECONNREFUSED))
                return
            }
            connection.isConnected = true
            guard case .http(_, let host, let path, _) = target else {
                end(.succeeded)
                return
            }
            connection.unsent = HTTPExchange.request(host: host, path: path, userAgent: userAgent)[...]
        }
        do throws(SystemError) {
            if connection.unsent.isEmpty { try receive(connection) } else { try send(connection) }
        } catch {
            fail(connection, Self.words(for: error.code))
        }
    }

    private func send(_ connection: Connection) throws(SystemError) {
        let bytes = Array(connection.unsent)
        var sent = 0
        // Not write(2): a service that hangs up early must not raise SIGPIPE in this process.
        let count = invoke(.sendmsg) {
            Glibc.send(connection.socket.raw, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }
        if count >= 0 {
            sent = count
        } else if count != -Int(EAGAIN) {
            throw .socket("write to", connection.address.description, Int32(-count))
        }
        connection.unsent = connection.unsent.dropFirst(sent)
        if connection.unsent.isEmpty, let watch = connection.watch { try loop.modify(watch, events: .read) }
    }

    private func receive(_ connection: Connection) throws(SystemError) {
        guard case .http(_, _, _, let statuses) = target else { return }
        let answer = withUnsafeTemporaryAllocation(byteCount: 2048, alignment: 1) {
            buffer -> (Int, HTTPExchange.Answer) in
            let count = invoke(.read) { read(connection.socket.raw, buffer.baseAddress, buffer.count) }
            guard count > 0 else { return (count, .incomplete) }
            return (count, connection.exchange.receive(UnsafeRawBufferPointer(rebasing: buffer[..<count])))
        }
        switch answer {
        case (_, .status(let status)):
            if statuses.contains(status) { end(.succeeded) } else { fail(connection, "answered with status \(status)") }
        case (_, .malformed): fail(connection, "did not answer in HTTP")
        case (0, .incomplete): fail(connection, "closed the connection without an answer")
        case (let count, .incomplete):
            if count < 0 && count != -Int(EAGAIN) {
                throw .socket("read from", connection.address.description, Int32(-count))
            }
        }
    }

    private func fail(_ connection: Connection, _ reason: String) {
        failure = reason
        close(connection)
        connections.removeAll { $0 === connection }
        endIfAllFailed()
    }

    private func endIfAllFailed() {
        if connections.isEmpty { end(.failed(failure)) }
    }

    private func end(_ outcome: Outcome) {
        guard !isOver else { return }
        cancel()
        finish(outcome)
    }

    private func close(_ connection: Connection) {
        if let watch = connection.watch { loop.cancel(watch) }
        connection.socket.close()
    }

    /// Whether the kernel has picked the very port that is probed as the connection's own: TCP then connects a socket
    /// to itself, and a port without a listener would look ready.
    static func isConnectedToItself(_ socket: Descriptor, _ peer: SocketAddress) -> Bool {
        guard peer.kind != .unix, let local = try? SocketAddress.local(of: socket) else { return false }
        let isLoopback = local.host.hasPrefix("127.") || local.host == "::1"
        return local.port == peer.port && local.kind == peer.kind && (isLoopback || local.host == peer.host)
    }

    /// What an operator calls it; the address stands beside it already.
    private static func words(for code: Int32) -> String {
        code == ENOENT ? "no such socket" : SystemError.text(of: code)
    }
}
