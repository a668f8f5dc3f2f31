import Glibc
import HobSystem

/// Sockets at addresses.
enum LinkPlace {
    /// Longer paths are reached through their directory.
    private static let longestPath = 107

    /// Begins to connect; a Unix socket is connected at once.
    static func connect(to address: LinkAddress) throws(SystemError) -> Descriptor {
        switch address.place {
        case .tcp(let address):
            let socket = try TCPSocket.startConnecting(to: address)
            try TCPSocket.setNoDelay(socket)
            return socket
        case .unix(let path):
            if path.utf8.count <= longestPath { return try UnixSocket.connect(path: path) }
            let (directory, name) = try parts(of: path)
            return try UnixSocket.connect(in: directory, name: name)
        }
    }

    /// Binds and listens; takes the place of a Unix socket to which nobody listens any more.
    static func listen(on address: LinkAddress, mode: UInt32) throws(SystemError) -> LinkListener.Socket {
        switch address.place {
        case .tcp(let address):
            let socket = try TCPSocket.listen(on: address)
            let bound = LinkAddress(place: .tcp(try SocketAddress.local(of: socket)))
            return LinkListener.Socket(descriptor: socket, address: bound, file: nil)
        case .unix(let path):
            let (directory, name) = try parts(of: path)
            if (try? UnixSocket.connect(in: directory, name: name)) != nil {
                throw .socket("listen on", path, EADDRINUSE)
            }
            let listener = try UnixListener(in: directory, name: name, mode: mode)
            let file = LinkListener.File(
                directory: directory, name: name, status: try FileStatus.of(name, in: directory))
            return LinkListener.Socket(descriptor: listener.descriptor, address: address, file: file)
        }
    }

    private static func parts(of path: String) throws(SystemError) -> (directory: Descriptor, name: String) {
        guard let slash = path.lastIndex(of: "/") else {
            return (try Descriptor.open(".", flags: [.path, .directory]), path)
        }
        let directory = slash == path.startIndex ? "/" : String(path[..<slash])
        let name = String(path[path.index(after: slash)...])
        return (try Descriptor.open(directory, flags: [.path, .directory]), name)
    }
}
