import CHobSystem
import Glibc

/// A listening Unix stream socket in a directory.
package final class UnixListener: Sendable {
    /// A client that has connected.
    package struct Connection: Sendable {
        /// The connected socket, non-blocking.
        package var descriptor: Descriptor
        /// Who has connected.
        package var peer: PeerCredentials
    }

    /// The listening socket, non-blocking.
    package let descriptor: Descriptor

    /// Takes over a listening socket, e.g. one that came from another process.
    package init(adopting descriptor: Descriptor) {
        self.descriptor = descriptor
    }

    /// Binds and listens. What has the name is removed first: hold the scope's lock.
    package init(
        in directory: Descriptor, name: String, mode: UInt32 = 0o600, backlog: Int32 = 128
    ) throws(SystemError) {
        descriptor = try UnixSocket.bound(in: directory, name: name, mode: mode, datagram: false)
        let result = invoke(.listen) { [descriptor] in hob_listen(descriptor.raw, backlog) }
        guard result >= 0 else { throw .socket("listen on", name, -result) }
    }

    /// The next connection, non-blocking; nil when nobody waits (any more).
    package func accept() throws(SystemError) -> Connection? {
        while true {
            var raw = invoke(.accept) { hob_accept(descriptor.raw) }
            // Whoever wants to know why nothing works must be heard.
            if raw == -EMFILE { raw = ProcessLimits.withReserve { invoke(.accept) { hob_accept(descriptor.raw) } } }
            if raw == -EAGAIN { return nil }
            // The client went away while it queued.
            if raw == -ECONNABORTED { continue }
            guard raw >= 0 else { throw .socket("accept on", "socket \(descriptor.raw)", -raw) }
            let connection = Descriptor(owning: raw)
            return Connection(descriptor: connection, peer: try PeerCredentials.of(connection))
        }
    }
}
