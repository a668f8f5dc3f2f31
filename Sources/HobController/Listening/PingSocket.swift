import Glibc
package import HobSystem

extension Ping {
    /// Whether it goes to a socket that can be connected to and used.
    package var isSocket: Bool {
        switch self {
        case .tcp, .unix: true
        case .http, .command, .check, .connection: false
        }
    }

    /// Connects to where the ping goes; nil when that is no socket.
    ///
    /// All addresses of the host are tried, one after the other, until the deadline.
    ///
    /// - Returns: A connected socket, non-blocking.
    package func connect(until deadline: MonotonicTime) throws(SystemError) -> Descriptor? {
        switch self {
        case .tcp(let host, let port):
            let known = HostAddresses.known(host, port: port)
            let addresses = if let known { known } else { try HostAddresses.resolve(host, port: port) }
            var failure = SystemError.socket("connect to", "\(host):\(port)", EADDRNOTAVAIL)
            for address in addresses {
                do throws(SystemError) { return try Self.connect(to: address, until: deadline) } catch {
                    failure = error
                }
            }
            throw failure
        case .unix(let path): return try Self.connect(path: path, until: deadline)
        case .http, .command, .check, .connection: return nil
        }
    }

    private static func connect(
        to address: SocketAddress, until deadline: MonotonicTime
    ) throws(SystemError) -> Descriptor {
        let socket = try TCPSocket.startConnecting(to: address)
        guard socket.waitWritable(until: deadline) else {
            throw .socket("connect to", address.description, ETIMEDOUT)
        }
        if let error = TCPSocket.connectError(of: socket, to: address) { throw error }
        // Where nobody listens, a socket that was given this very port connects to itself.
        if try SocketAddress.local(of: socket) == address {
            throw .socket("connect to", address.description, ECONNREFUSED)
        }
        return socket
    }

    private static func connect(path: String, until deadline: MonotonicTime) throws(SystemError) -> Descriptor {
        while true {
            do throws(SystemError) { return try UnixSocket.connect(path: path) } catch {
                // Its queue is full, and nothing announces that there is room again.
                guard error.code == EAGAIN, MonotonicTime.now() < deadline else { throw error }
                usleep(1_000)
            }
        }
    }
}
