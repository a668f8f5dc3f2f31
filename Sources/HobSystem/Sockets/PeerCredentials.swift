import CHobSystem
import Glibc

/// Who is at the other end of a Unix socket, as the kernel knows it.
package struct PeerCredentials: Sendable, Hashable {
    /// Its process.
    package var pid: Int32
    /// Its effective user.
    package var user: UInt32
    /// Its effective group.
    package var group: UInt32

    /// Credentials from their parts.
    package init(pid: Int32, user: UInt32, group: UInt32) {
        self.pid = pid
        self.user = user
        self.group = group
    }

    /// Of the peer of a connected stream socket, as it was when it connected.
    package static func of(_ socket: Descriptor) throws(SystemError) -> PeerCredentials {
        var credentials = hob_credentials()
        let result = invoke(.sockopt) { hob_peer_credentials(socket.raw, &credentials) }
        guard result >= 0 else { throw .socket("ask for the peer of", "socket \(socket.raw)", -result) }
        return PeerCredentials(credentials)
    }

    /// A handle on the peer (Linux 6.5); nil when this kernel has none to give.
    package static func handle(of socket: Descriptor) throws(SystemError) -> ProcessHandle? {
        let peer = try of(socket)
        let raw = invoke(.sockopt) { hob_peer_pidfd(socket.raw) }
        return raw >= 0 ? ProcessHandle(pid: peer.pid, owning: raw) : nil
    }

    init(_ credentials: hob_credentials) {
        self.init(pid: credentials.pid, user: credentials.user, group: credentials.group)
    }
}
