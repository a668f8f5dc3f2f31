import CHobSystem
import Glibc

/// TCP (and Unix stream) sockets by numeric address, non-blocking.
package enum TCPSocket {
    /// Begins to connect; the descriptor becomes writable when it is decided, then ask ``connectError(of:)``.
    package static func startConnecting(to address: SocketAddress) throws(SystemError) -> Descriptor {
        var raw = try address.raw()
        let socket = try Descriptor.made("a socket", invoke(.socket) { hob_socket(raw.kind, 0) })
        let result = invoke(.connect) { hob_connect(socket.raw, &raw) }
        guard result >= 0 || result == -EINPROGRESS else { throw .socket("connect to", address.description, -result) }
        return socket
    }

    /// How a connect that was begun has ended; nil: connected.
    package static func connectError(of socket: Descriptor, to address: SocketAddress) -> SystemError? {
        let code = hob_socket_error(socket.raw)
        return code == 0 ? nil : .socket("connect to", address.description, code < 0 ? errno : code)
    }

    /// Binds and listens.
    package static func listen(on address: SocketAddress, backlog: Int32 = 128) throws(SystemError) -> Descriptor {
        let socket = try bound(address)
        let result = invoke(.listen) { hob_listen(socket.raw, backlog) }
        guard result >= 0 else { throw .socket("listen on", address.description, -result) }
        return socket
    }

    /// The next connection, non-blocking; nil when nobody waits (any more).
    package static func accept(on listener: Descriptor) throws(SystemError) -> Descriptor? {
        while true {
            let raw = invoke(.accept) { hob_accept(listener.raw) }
            if raw == -EAGAIN { return nil }
            // The client went away while it queued.
            if raw == -ECONNABORTED { continue }
            guard raw >= 0 else { throw .socket("accept on", "socket \(listener.raw)", -raw) }
            return Descriptor(owning: raw)
        }
    }

    /// Sends small pieces at once instead of waiting for more to send with them.
    package static func setNoDelay(_ socket: Descriptor) throws(SystemError) {
        let result = invoke(.sockopt) { hob_set_no_delay(socket.raw) }
        guard result >= 0 else { throw .transfer("set TCP_NODELAY on", socket.raw, -result) }
    }

    /// Whether a listener could be bound there now: connections in TIME_WAIT do not count.
    package static func isPortFree(_ address: SocketAddress) throws(SystemError) -> Bool {
        do throws(SystemError) {
            // A listener in the way refuses even a reusing bind; listening ourselves would let clients in.
            _ = try bound(address)
            return true
        } catch {
            if error.code == EADDRINUSE { return false }
            throw error
        }
    }

    private static func bound(_ address: SocketAddress) throws(SystemError) -> Descriptor {
        var raw = try address.raw()
        let socket = try Descriptor.made("a socket", invoke(.socket) { hob_socket(raw.kind, 0) })
        _ = invoke(.sockopt) { hob_set_reuse_address(socket.raw) }
        if address.kind == .ipv6 { _ = invoke(.sockopt) { hob_set_v6_only(socket.raw, 1) } }
        let result = invoke(.bind) { hob_bind(socket.raw, &raw) }
        guard result >= 0 else { throw .socket("bind", address.description, -result) }
        return socket
    }
}
